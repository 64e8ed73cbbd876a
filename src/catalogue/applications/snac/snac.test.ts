import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { contentOf, linesOf } from "../../testing/fulfilled.ts";
import { mistakesWith, systemWith } from "../../testing/services.ts";

const system = systemWith("snac", { title: "Ours", description: "For us" });
const folder = "/etc/fediversity/snac";
const server = linesOf(system, "snac2.service");

test("its settings are a file without secrets; the layout, which is snac's own, is not among them", () => {
  const wanted = JSON.parse(contentOf(system, `${folder}/server.json`)) as object;
  assert.deepEqual(wanted, {
    host: "snac.example.org",
    prefix: "",
    address: "127.0.0.1",
    port: 8001,
    protocol: "https",
    title: "Ours",
    short_description: "For us",
    admin_email: "ada@example.org",
    admin_account: "ada",
    timeline_purge_days: 120,
    local_purge_days: 0,
    max_attachments: 4,
    disable_email_notifications: true,
  });
  assert.doesNotMatch(contentOf(system, `${folder}/server.json`), /secret/);
});

test("what is one's own stays, what others wrote goes after a time", () => {
  const own = JSON.parse(contentOf(systemWith("snac", { mediaCacheDays: 30 }), `${folder}/server.json`)) as object;
  assert.deepEqual(
    Object.entries(own).filter(([name]) => name.endsWith("purge_days")),
    [
      ["local_purge_days", 0],
      ["timeline_purge_days", 30],
    ],
  );
  assert.equal(mistakesWith("snac", { mediaCacheDays: 6 }).length, 1);
});

test("Debian's own unit is replaced, and its folder is not used: a purge of the package would delete it", () => {
  const instance = "/srv/fediversity/snac/data/instance";
  assert.ok(server.includes(`ExecStart=/usr/bin/snac httpd ${instance}`));
  assert.ok(server.includes(`ExecStartPre=/bin/sh ${folder}/prepare.sh ${instance} ${folder}/server.json`));
  assert.ok(server.includes("User=debian-snac") && server.includes("ProtectSystem=strict"));
  assert.ok(server.includes("ReadWritePaths=/srv/fediversity/snac/data"));
  assert.doesNotMatch(JSON.stringify(system), /\/var\/lib\/snac2/);
  const { owner, group, mode } = system.directories["/srv/fediversity/snac/data"] ?? {};
  assert.deepEqual([owner, group, mode], ["debian-snac", "debian-snac", "0750"]);
});

test("the first account's password reaches its script as a credential", () => {
  const unit = system.units["snac-initial-user.service"];
  assert.deepEqual(unit?.credentials, { password: { $text: [{ $secret: "initial-user/password" }] } });
  const lines = linesOf(system, "snac-initial-user.service");
  assert.ok(lines.includes("Requires=snac2.service") && lines.includes("Type=oneshot"));
  assert.doesNotMatch(lines.join("\n"), /secret/);
  assert.deepEqual(JSON.parse(contentOf(system, `${folder}/initial-user.json`)), { uid: "ada", name: "Ada Lovelace" });
});

test("everything below the name is its own, with the time that it takes", () => {
  const site = contentOf(system, "/etc/caddy/sites/snac.example.org.caddy");
  assert.match(site, /\thandle \{\n\t\treverse_proxy 127\.0\.0\.1:8001 \{/);
  assert.match(site, /read_timeout 90s/);
});

/** What the scripts call: a snac that makes what the real one makes, and a curl that says what it was asked. */
const standIns = {
  snac: `case $1 in
  init)
    { read -r address; read -r port; read -r host; read -r prefix; read -r email; } || exit 9
    mkdir -p "$2/user"
    printf '{"address": "%s", "port": %s, "host": "%s", "prefix": "%s", "layout": 2.7}' "$address" "$port" "$host" "$prefix" >"$2/server.json" ;;
  adduser) mkdir "$2/user/$3" && printf '{"uid": "%s", "name": "", "passwd": "other"}' "$3" >"$2/user/$3/user.json" && echo "password is abc" ;;
  upgrade) exit 1 ;;
esac
`,
  curl: 'printf "%s\\n" "$*" >>"$LOG"; exit "${CURL:-0}"\n',
};

const missing = spawnSync("jq", ["--version"]).error === undefined ? false : "there is no jq";

function inFolder(context: TestContext): {
  readonly at: (name: string) => string;
  run(script: string, args: readonly string[], more?: NodeJS.ProcessEnv): { status: number | null; said: string };
} {
  const base = mkdtempSync(join(tmpdir(), "fediversity-snac-"));
  context.after(() => rmSync(base, { recursive: true, force: true }));
  const at = (name: string): string => join(base, name);
  mkdirSync(at("bin"));
  mkdirSync(at("credentials"));
  for (const [name, text] of Object.entries(standIns)) {
    writeFileSync(at(`bin/${name}`), `#!/bin/sh\n${text}`);
    chmodSync(at(`bin/${name}`), 0o755);
  }
  writeFileSync(at("credentials/password"), "correct horse");
  const env = {
    PATH: `${at("bin")}:${process.env["PATH"] ?? ""}`,
    LOG: at("log"),
    CREDENTIALS_DIRECTORY: at("credentials"),
  };
  return {
    at,
    run(script, args, more = {}) {
      const path = join(import.meta.dirname, script);
      const { status, stdout, stderr } = spawnSync("sh", [path, ...args], {
        env: { ...env, ...more },
        timeout: 15_000,
      });
      return { status, said: `${String(stdout)}${String(stderr)}` };
    },
  };
}

test(
  "the host is final once there are accounts; everything else follows the configuration",
  { skip: missing },
  (context) => {
    const { at, run } = inFolder(context);
    const want = (settings: object): void => writeFileSync(at("wanted"), JSON.stringify(settings));
    const settings = (): unknown => JSON.parse(readFileSync(at("instance/server.json"), "utf8"));
    mkdirSync(at("instance.new"));
    want({ host: "a.example.org", title: "A" });
    assert.deepEqual(run("prepare.sh", [at("instance"), at("wanted")]), { status: 0, said: "" });
    const made = { address: "127.0.0.1", port: 8001, host: "a.example.org", prefix: "", layout: 2.7 };
    assert.deepEqual(settings(), { ...made, title: "A" }, "and what a killed run left does not stand in the way");
    want({ host: "b.example.org", title: `"B" $HOME` });
    assert.equal(run("prepare.sh", [at("instance"), at("wanted")]).status, 0);
    assert.deepEqual(
      settings(),
      { ...made, host: "b.example.org", title: `"B" $HOME` },
      "nobody is called after it yet",
    );
    mkdirSync(at("instance/user/ada"));
    want({ host: "c.example.org", title: "C" });
    const refused = run("prepare.sh", [at("instance"), at("wanted")]);
    assert.equal(refused.status, 1);
    assert.match(
      refused.said,
      /accounts belong to the host b\.example\.org, and the configuration says c\.example\.org/,
    );
    assert.deepEqual(settings(), { ...made, host: "b.example.org", title: `"B" $HOME` });
  },
);

test(
  "the first account gets the password that was chosen, once, and only when one can log in",
  { skip: missing },
  (context) => {
    const { at, run } = inFolder(context);
    mkdirSync(at("instance/user"), { recursive: true });
    writeFileSync(at("profile"), JSON.stringify({ uid: "ada", name: `Ada "L" $HOME` }));
    const args = [at("instance"), "http://127.0.0.1:8001", at("profile")];
    const failed = run("initial-user.sh", args, { CURL: "22" });
    assert.equal(failed.status, 1);
    assert.match(failed.said, /the first account ada was made, but one cannot log in with it/);
    assert.doesNotMatch(failed.said, /abc|horse/, "no password is printed");
    assert.ok(!existsSync(at("instance/.first-account")));

    assert.deepEqual(run("initial-user.sh", args), { status: 0, said: "" });
    const user = JSON.parse(readFileSync(at("instance/user/ada/user.json"), "utf8")) as Record<string, string>;
    const [salt = "", hash] = user["passwd"]?.split(":") ?? [];
    assert.match(salt, /^[0-9a-f]{8}$/);
    assert.equal(hash, createHash("sha1").update(`${salt}:ada:correct horse`).digest("hex"));
    assert.deepEqual([user["uid"], user["name"]], ["ada", `Ada "L" $HOME`]);
    assert.doesNotMatch(readFileSync(at("log"), "utf8"), /horse/, "the password is on no command line");

    writeFileSync(at("credentials/password"), "another");
    assert.equal(run("initial-user.sh", args).status, 0);
    const later = JSON.parse(readFileSync(at("instance/user/ada/user.json"), "utf8")) as Record<string, string>;
    assert.equal(later["passwd"], user["passwd"], "whoever changed it meanwhile keeps what they chose");
  },
);
