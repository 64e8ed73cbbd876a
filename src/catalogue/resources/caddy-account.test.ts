import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { z } from "zod";
import type { MachineHandle } from "../../model/resource.ts";
import { buildGeneration } from "../../system/generation.ts";
import { unitActions } from "../../system/unit-actions.ts";
import { fulfilled, here, linesOf } from "../testing/fulfilled.ts";
import { webAddress } from "./web-address.ts";

type Request = z.input<typeof webAddress.request>;
type Policy = z.input<typeof webAddress.policy>;

function serve(request: Partial<Request> = {}, policy: Policy = {}, machine: MachineHandle = here) {
  const whole = { host: "app.example.org", routes: [{ port: 3000 }], ...request };
  return fulfilled(webAddress, policy, [{ name: "web", request: whole, from: machine }], machine);
}

/** A machine's folders, with a Caddy that makes the account that a file names, and notes what it was told. */
function setUp(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "fediversity-caddy-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string): string => join(folder, name);
  for (const name of ["bin", "sites", "storage", "run"]) mkdirSync(at(name));
  const program = `#!/bin/sh
cat "$3" >>'${at("seen")}'
storage=$(sed -n 's/^\tstorage file_system //p' "$3")
key=$storage/$(cat '${at("makes")}')
mkdir -p "$(dirname "$key")"
: >"\${key%.key}.json"
: >"$key"
exec sleep 20
`;
  writeFileSync(at("bin/caddy"), program);
  chmodSync(at("bin/caddy"), 0o755);
  const told = (storage: string, site: string): string =>
    `{\n\tstorage file_system ${storage}\n\tgrace_period 10s\n}\n\nimport ${site}\n`;
  writeFileSync(at("Caddyfile"), told(at("storage"), "/etc/caddy/sites/*.caddy"));
  /** Runs the script. @returns what Caddy was told, if it was started */
  const run = (key: string, makes = key): string => {
    writeFileSync(at("makes"), makes);
    rmSync(at("seen"), { force: true });
    const script = join(import.meta.dirname, "scripts/caddy-account.sh");
    const env = { PATH: `${at("bin")}:${process.env["PATH"] ?? ""}` };
    const args = [script, at("Caddyfile"), at("sites"), at("storage"), at("run"), key];
    assert.equal(spawnSync("sh", args, { env, timeout: 15_000 }).status, 0);
    assert.deepEqual(readdirSync(at("run")), []);
    return existsSync(at("seen")) ? readFileSync(at("seen"), "utf8") : "";
  };
  const addSites = (): void => {
    for (const name of ["a.caddy", "b.caddy"]) writeFileSync(at(`sites/${name}`), "");
  };
  const accounts = (): readonly string[] =>
    readdirSync(at("storage"), { recursive: true, encoding: "utf8" })
      .filter((path) => /\.(?:key|json)$/.test(path))
      .toSorted();
  return { at, told, run, addSites, accounts };
}

const production = "acme/ca.example.org-dir/users/ada@example.org/ada.key";

test("Caddy makes its account before several names ask at once, and once", (context) => {
  const { at, told, run, addSites, accounts } = setUp(context);
  assert.equal(run(production), "", "without a site there is nothing to ask for");
  addSites();
  assert.equal(run(production), told(at("run/account"), at("sites/a.caddy")));
  assert.deepEqual(accounts(), [production.replace(".key", ".json"), production]);
  assert.equal(run(production), "", "an account that is there is kept");

  const before = (policy: Policy): boolean =>
    linesOf(serve({}, policy).system, "caddy.service").some((line) => line.startsWith("ExecStartPre="));
  assert.deepEqual([before({}), before({ certificates: { from: "machine" } })], [true, false]);
});

test("an account with another ACME server, or of another e-mail address, is not the one that Caddy will ask with", (context) => {
  const { run, addSites, accounts } = setUp(context);
  addSites();
  const made = [
    production.replace("ca.", "staging.ca."),
    production.replace("ada@example.org/ada", "bob@example.org/bob"),
    production,
  ];
  for (const key of made) assert.notEqual(run(key), "", key);
  const kept = made.flatMap((key) => [key.replace(".key", ".json"), key]).toSorted();
  assert.deepEqual(accounts(), kept, "what was there stays");
  for (const key of made) assert.equal(run(key), "", key);
});

test("without an e-mail address any account with the ACME server will do, and no other server's", (context) => {
  const { run, addSites } = setUp(context);
  addSites();
  assert.notEqual(run(production), "");
  assert.equal(run("acme/ca.example.org-dir/users/*/*.key"), "");
  const other = "acme/staging.ca.example.org-dir/users/*/*.key";
  assert.notEqual(run(other, "acme/staging.ca.example.org-dir/users/default/default.key"), "");
  assert.equal(run(other), "");
});

test("another ACME server or e-mail address restarts Caddy, so that it has an account first; all else reloads it", () => {
  const built = (acme: object = {}, ...more: readonly string[]) => {
    const hosts = ["a.example.org", ...more];
    const requests = hosts.map((host) => ({
      application: host.slice(0, 1),
      name: "web",
      request: { host, routes: [{ port: 3000 }] },
    }));
    const policy: Policy = { certificates: { from: "acme", email: "ada@example.org", ...acme } };
    return buildGeneration(fulfilled(webAddress, policy, requests).system, () => "").units;
  };
  const cases = [
    [built({ directory: "https://acme-staging-v02.api.letsencrypt.org/directory" }), ["restart caddy.service"]],
    [built({ email: "bob@example.org" }), ["restart caddy.service"]],
    [built({ email: undefined }), ["restart caddy.service"]],
    [built({}, "b.example.org"), ["reload caddy.service"]],
    [built({ renewalCheck: 60 }), ["reload caddy.service"]],
    [built({ challenge: "http-01" }), ["reload caddy.service"]],
    [built(), []],
  ] as const;
  for (const [after, wanted] of cases) {
    const actions = unitActions(built(), after).map(({ verb, unit }) => `${verb} ${unit}`);
    assert.deepEqual(actions, wanted);
  }
});
