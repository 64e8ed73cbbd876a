import type { TestMachine } from "../driver/test-machine.ts";

/** Where the hosting provider's files are on the deployer. */
const project = "/root/provider";
const unit = "fedipanel.service";

/** FediPanel as it runs on the deployer: a systemd service behind Caddy. */
export interface PanelService {
  readonly origin: string;
  /** The link by which the first account is made. */
  setUpLink(): Promise<string>;
  /** Ends it as a crash would, and waits until it is there again. */
  kill(): Promise<void>;
  /** Has it keep everything in a PostgreSQL server, as another panel with another beginning. */
  moveToServer(): Promise<void>;
  /** Everything that it wrote. */
  journal(): Promise<string>;
}

const service = `[Unit]
Description=FediPanel
After=network-online.target

[Service]
ExecStart=/opt/fediversity/node_modules/.bin/fediversity panel --accept-new-host-keys
WorkingDirectory=${project}
Environment=HOME=/root FEDIPANEL_ORIGIN=https://panel.lab.example FEDIPANEL_TRUST_PROXY=true
Environment=FEDIPANEL_NAME_SERVERS=ns.example.org
Restart=always
RestartSec=200ms

[Install]
WantedBy=multi-user.target
`;

const caddyfile = (acme: { readonly directory: string }): string => `{
  acme_ca ${acme.directory}
  acme_ca_root /etc/caddy/acme-root.pem
}
panel.lab.example {
  reverse_proxy 127.0.0.1:8080 {
    flush_interval -1
  }
}
`;

/** Debian packages that the machine needs. */
export const panelPackages = ["caddy", "curl", "postgresql"];

/** Sets FediPanel up on the machine where the product is installed. */
export async function setUpPanel(
  machine: TestMachine,
  acme: { readonly directory: string; readonly directoryRoot: string },
): Promise<PanelService> {
  await machine.writeFile(`/etc/systemd/system/${unit}`, service);
  await machine.writeFile("/etc/caddy/acme-root.pem", acme.directoryRoot);
  await machine.writeFile("/etc/caddy/Caddyfile", caddyfile(acme));
  const isUp = async (): Promise<void> => {
    await machine.waitUntilSucceeds(["curl", "--silent", "--fail", "http://127.0.0.1:8080/sign-in"]);
  };
  await machine.succeed(["systemctl", "daemon-reload"]);
  await machine.succeed(["systemctl", "enable", "--now", unit]);
  await machine.succeed(["systemctl", "restart", "caddy.service"]);
  await isUp();
  const journal = (): Promise<string> =>
    machine.succeed(["journalctl", "--output=cat", "--no-pager", `--unit=${unit}`]);
  return {
    origin: "https://panel.lab.example",
    async setUpLink() {
      const links = (await journal()).match(/https:\/\/panel\.lab\.example\/invitations\/[\w-]+/g) ?? [];
      return links.at(-1) ?? "";
    },
    async kill() {
      await machine.succeed(["systemctl", "kill", "--signal=KILL", unit]);
      await isUp();
    },
    async moveToServer() {
      await machine.succeed(
        "su postgres -c 'createuser --createdb panel' && su postgres -c 'createdb --owner=panel panel'",
      );
      await machine.writeFile("/etc/postgresql-hba", "local all postgres peer\nlocal panel panel trust\n");
      await machine.succeed(
        "cp /etc/postgresql-hba /etc/postgresql/17/main/pg_hba.conf && systemctl reload-or-restart postgresql",
      );
      await machine.writeFile(
        `/etc/systemd/system/${unit}.d/server.conf`,
        "[Service]\nEnvironment=DATABASE_URL=postgresql:///panel?host=/run/postgresql&user=panel\n",
      );
      await machine.succeed(["systemctl", "daemon-reload"]);
      await machine.succeed(["systemctl", "restart", unit]);
      await isUp();
    },
    journal,
  };
}
