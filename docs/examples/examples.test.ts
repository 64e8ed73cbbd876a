// The examples of the documentation do what it says: they load, evaluate, and the service runs.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess, ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { registerHooks } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import {
  componentTypes,
  container,
  createEvaluator,
  dataDirectory,
  database,
  defineEnvironment,
  evaluate,
  Failure,
  hosts,
  offer,
  oneMachine,
  type Application,
  type Deployment,
  type Environment,
  type FediversityConfig,
  type System,
  upgrade,
  webAddress,
} from "../../src/index.ts";
import { program } from "./greeter-module/src/program.ts";

const folder = import.meta.dirname;

/** Reads a file of this folder. */
function read(name: string): Promise<string> {
  return readFile(path.join(folder, name), "utf8");
}

const document = JSON.parse(await read("configuration.json")) as {
  readonly applications: { readonly [name: string]: object };
};

/** Imports as where both packages are installed. */
async function installed<T>(load: () => Promise<T>): Promise<T> {
  const packages: Readonly<Record<string, string>> = {
    fediversity: new URL("../../src/index.ts", import.meta.url).href,
    "fediversity-greeter": new URL("greeter-module/src/index.ts", import.meta.url).href,
  };
  const hooks = registerHooks({
    resolve: (specifier, context, next) => next(packages[specifier] ?? specifier, context),
  });
  try {
    return await load();
  } finally {
    hooks.deregister();
  }
}

async function exampleConfig(): Promise<FediversityConfig> {
  return (await installed(() => import("./fediversity.config.ts"))).default;
}

function deploymentOf(
  known: readonly Application[],
  environment: Environment | undefined,
  applications: object,
): Deployment {
  assert.ok(environment);
  const evaluator = createEvaluator({ applications: known, environment, componentTypes });
  return evaluate(evaluator, { ...document, applications }).deployment;
}

async function evaluated(environment: string, applications: object = document.applications): Promise<Deployment> {
  const config = await exampleConfig();
  const found = config.environments.find(({ name }) => name === environment);
  return deploymentOf(config.applications, found, applications);
}

/** The system of a machine. */
function systemOf({ components }: Deployment, machine: string): System {
  const component = components[`machine/${machine}`];
  assert.ok(component, `there is no machine/${machine}`);
  return component.inputs["system"] as unknown as System;
}

test("the example configuration adds the application of another package to an environment", async () => {
  const deployment = await evaluated("production");
  const component = (address: string, system: object): object => ({
    type: "machine",
    inputs: { connection: { address, port: 22, user: "root" }, system },
  });
  const root = { owner: "root", group: "root", place: "link" };
  assert.deepEqual(deployment, {
    name: "example.org",
    environment: "production",
    secrets: { "greeter/token": { origin: "generated", format: "hex", length: 32 } },
    components: {
      "machine/greeter": component("192.0.2.12", {
        packages: [],
        users: {
          greeter: { description: "Service greeter", shell: "/usr/sbin/nologin", groups: [], authorizedKeys: [] },
        },
        directories: {
          "/var/lib/greeter": { mode: "0700", owner: "greeter", group: "greeter", data: "data of greeter" },
        },
        files: {
          "/etc/greeter.conf": { content: "Hello & welcome\nThis is example.org.\n", ...root },
          "/etc/motd.d/greeter-notice": { content: "Visitors are greeted at http://192.0.2.12:8080/.\n", ...root },
          "/usr/local/lib/greeter/greeter.pl": { content: program, ...root },
        },
        units: {
          "greeter.service": {
            sections: {
              Unit: { Description: "Service greeter", After: "network.target" },
              Service: {
                Type: "notify",
                User: "greeter",
                ExecStart: [
                  "/usr/bin/perl",
                  "/usr/local/lib/greeter/greeter.pl",
                  "8080",
                  "/etc/greeter.conf",
                  "/var/lib/greeter",
                ],
                Restart: "on-failure",
                NoNewPrivileges: true,
                ProtectSystem: "strict",
                ReadWritePaths: "/var/lib/greeter",
              },
            },
            credentials: { token: { $secret: "greeter/token" } },
            restartOn: [],
            unaffectedBy: [],
            reloadOn: [],
            onChange: "restart",
            enabled: true,
          },
        },
        images: {},
        quadlets: {},
        ports: { "tcp/8080": { owner: "greeter" } },
        health: {
          "greeter-answers": {
            kind: "http",
            port: 8080,
            path: "/health",
            host: "localhost",
            status: 200,
            deadline: 30,
          },
        },
      }),
    },
  });
});

test("an address that is known only later stays a reference inside the text", async () => {
  const { components } = await evaluated("trial", { greeter: { enable: true } });
  const { system } = components["machine/machine"]?.inputs ?? {};
  const { files } = system as { files: Record<string, { content: unknown }> };
  assert.deepEqual(files["/etc/motd.d/greeter-notice"]?.content, {
    $text: ["Visitors are greeted at http://", { $output: "local-machine/machine", path: "address" }, ":8080/.\n"],
  });
});

test("the policy of the example refuses a port outside its range", async () => {
  await assert.rejects(
    evaluated("trial", { greeter: { enable: true, port: 9000 } }),
    (error) =>
      error instanceof Failure &&
      error.message ===
        'application greeter, request web: resource perl-service: the policy of offer "services" allows ports 8000 to 8999, not 9000',
  );
});

test("the application from a container image asks for image, database, folder and name, and its steps are in order", async () => {
  const { guestbook } = await installed(() => import("./guestbook.ts"));
  const environment = defineEnvironment({
    name: "guests",
    offers: {
      containers: offer(container, {}),
      data: offer(dataDirectory, {}),
      databases: offer(database, {}),
      upgrades: offer(upgrade, {}),
      web: offer(webAddress, {}),
    },
    placement: oneMachine,
    machines: hosts(["192.0.2.20"]),
  });
  const title = "Guests' book $HOME";
  const deployment = deploymentOf([guestbook], environment, { guestbook: { enable: true, title } });
  const { images, quadlets, files, directories, health } = systemOf(deployment, "machine");
  assert.deepEqual(images, { "registry.example.org/guestbook/guestbook:v1.4.0": { from: "deployer" } });
  const after = Object.entries(quadlets).map(([name, { sections }]) => [name, sections["Unit"]?.["Requires"]]);
  assert.deepEqual(after, [
    ["guestbook-initial-user.container", ["guestbook-migrate.service"]],
    ["guestbook-migrate.container", ["postgresql-databases.service", "guestbook-release.service"]],
    ["guestbook-web.container", ["guestbook-migrate.service"]],
  ]);
  const environmentFile = files["/etc/fediversity/containers/guestbook-web/environment"];
  assert.deepEqual(environmentFile?.mode, "0600");
  assert.deepEqual(environmentFile.content, {
    $text: [
      "DATABASE_URL=postgresql://guestbook_db:",
      { $secret: "database/guestbook/db" },
      "@127.0.0.1:5432/guestbook_db\nLISTEN=127.0.0.1:8085\nPUBLIC_URL=https://guestbook.example.org\nSESSION_KEY=",
      { $secret: "guestbook/session-key" },
      `\nTITLE=${title}\n`,
    ],
  });
  assert.equal(directories["/srv/fediversity/guestbook/pictures"]?.owner, "1000");
  assert.deepEqual(Object.keys(health), ["guestbook-answers", "https-guestbook-example-org"]);
  assert.deepEqual(Object.keys(deployment.secrets), [
    "database/guestbook/db",
    "guestbook/session-key",
    "initial-user/password",
  ]);
});

test("the hosting provider's example fulfils all applications of operators: names, databases and objects where the page says", async () => {
  const { default: config } = await installed(() => import("./hosting-provider.config.ts"));
  const offered = config.applications.filter(({ audience }) => audience !== "hosting-provider");
  const applications = Object.fromEntries(offered.map(({ name }) => [name, { enable: true }]));
  const deployment = deploymentOf(config.applications, config.environments[0], applications);
  const machines = ["cowsay", "databases", "hello", "mastodon", "objects", "peertube", "pixelfed", "snac"];
  const paths = Object.keys(deployment.components);
  assert.deepEqual(
    paths.filter((one) => one.startsWith("machine/")),
    machines.map((name) => `machine/${name}`),
  );
  const media = ["mastodon", "peertube", "pixelfed"].map((name) => `media.${name}`);
  const names = [...media, "mastodon", "peertube", "pixelfed", "s3", "snac"].map((name) => `${name}.example.org`);
  const records = names.flatMap((name) => [`dns-record/${name}`, `dns-record/${name}/aaaa`]);
  assert.deepEqual(
    paths.filter((one) => one.startsWith("dns-record/")),
    records.toSorted(),
  );
  assert.deepEqual(deployment.secrets["provider/dns-key"], { origin: "file", path: "/etc/hosting/dns.key" });
  assert.ok("postgresql-server.service" in systemOf(deployment, "databases").units);
  assert.ok(!("postgresql-server.service" in systemOf(deployment, "mastodon").units));
  assert.ok("garage-server.container" in systemOf(deployment, "objects").quadlets);
  const { content } = systemOf(deployment, "databases").files["/etc/fediversity/restricted-ports/postgresql.nft"] ?? {};
  assert.match(String(content), /ip saddr 10\.0\.0\.11 tcp dport 5432 accept/);
  const container = systemOf(deployment, "peertube").quadlets["peertube-server.container"];
  assert.equal(container?.sections["Service"]?.["MemoryMax"], "8192M");
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** What a process prints next. Rejects when it, or the one that it waits for, ends first. */
async function nextOutput(process: ChildProcessWithoutNullStreams, other?: ChildProcess): Promise<string> {
  const aborter = new AbortController();
  const { signal } = aborter;
  const ended = async (child: ChildProcess): Promise<never> => {
    const [code] = (await once(child, "exit", { signal })) as [number | null];
    throw new Error(`${child.spawnfile} ended with exit code ${String(code)}`);
  };
  try {
    const printed = once(process.stdout, "data", { signal }) as Promise<[Buffer]>;
    const [text] = await Promise.race([printed, ended(process), ...(other === undefined ? [] : [ended(other)])]);
    return String(text);
  } finally {
    aborter.abort();
  }
}

const perl = "/usr/bin/perl";

/** Takes one message from the service, as systemd would: sd_notify(3). */
const listener =
  "use Socket; socket(S, PF_UNIX, SOCK_DGRAM, 0) && bind(S, sockaddr_un($ARGV[0])) or die; $| = 1; " +
  "print qq(listening\\n); recv(S, $_, 99, 0); print";

test(
  "the service greets, counts visits across restarts and keeps their number to those with the token",
  {
    skip: !existsSync(perl) && "there is no perl on this computer",
  },
  async () => {
    const data = await mkdtemp(path.join(tmpdir(), "fediversity-greeter-"));
    const file = (name: string): string => path.join(data, name);
    await writeFile(file("greeter.pl"), program);
    await writeFile(file("greeting"), "Grüße!\nThis is example.org.\n");
    await writeFile(file("token"), "0123abcd");
    const port = await freePort();
    const get = async (place: string, headers: Record<string, string> = {}): Promise<string> => {
      const answer = await fetch(`http://127.0.0.1:${String(port)}${place}`, { headers });
      return `${String(answer.status)} ${await answer.text()}`;
    };
    try {
      for (const restart of [0, 1]) {
        const ready = spawn(perl, ["-e", listener, file(`notify-${String(restart)}`)]);
        await nextOutput(ready);
        const service = spawn(perl, [file("greeter.pl"), String(port), file("greeting"), data], {
          env: { CREDENTIALS_DIRECTORY: data, NOTIFY_SOCKET: file(`notify-${String(restart)}`) },
          stdio: ["ignore", "ignore", "inherit"],
        });
        const exited = once(service, "exit");
        try {
          assert.equal(await nextOutput(ready, service), "READY=1");
          assert.equal(await get("/health"), "200 ok\n");
          assert.equal(await get("/"), "200 Grüße!\nThis is example.org.\n");
          assert.equal(await get("/visits", { authorization: "Bearer wrong" }), "401 the token is missing or wrong\n");
          assert.equal(await get("/visits"), "401 the token is missing or wrong\n");
          assert.equal(await get("/visits", { authorization: "Bearer 0123abcd" }), `200 ${String(restart + 1)}\n`);
          assert.equal(await get("/elsewhere"), "404 not found\n");
        } finally {
          service.kill();
          ready.kill();
          await exited;
        }
        assert.equal(await readFile(file("visits"), "utf8"), `${String(restart + 1)}\n`);
      }
    } finally {
      await rm(data, { recursive: true, force: true });
    }
  },
);

/** The blocks of TypeScript and JSON on a page. */
async function blocks(page: string): Promise<readonly string[]> {
  return [...(await read(page)).matchAll(/^```(?:ts|json)\n(.*?)^```$/gms)].map(([, code]) => code ?? "");
}

test("the code on the page about modules is the code of the examples", async () => {
  const files = ["greeter.ts", "login-notice.ts", "perl-service.ts"].map((name) => `greeter-module/src/${name}`);
  const module = ["greeter-module/package.json", "fediversity.config.ts", "configuration.json"];
  const shown = [...files, "guestbook.ts", ...module];
  assert.deepEqual(await blocks("../writing-modules.md"), await Promise.all(shown.map(read)));
});

test("the configuration on the page for hosting providers is that of the example", async () => {
  assert.deepEqual(await blocks("../hosting-providers.md"), [await read("hosting-provider.config.ts")]);
});
