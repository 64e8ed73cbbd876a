import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { Failure } from "../../model/failure.ts";
import { connectMachine, type ConnectedMachine, type MachineMemory } from "./connection.ts";
import { examineMachine } from "./examine-machine.ts";
import type { MachineProviderOptions } from "./options.ts";
import { inSession } from "./ssh/in-session.ts";
import { fakeMachine } from "./testing/fake-session.ts";

/** Stands for ssh: notes its arguments, writes down the key of a first contact as ssh does, and answers two lines. */
const ssh = `
note=$1; shift
printf '%s\\n' "$@" >>"$note"; echo ==== >>"$note"
for word; do case $word in
  UserKnownHostsFile=*) file=\${word#*=} ;;
  HostKeyAlias=*) alias=\${word#*=} ;;
  StrictHostKeyChecking=accept-new) first=yes ;;
esac; done
[ -z "$first" ] || [ -e "$file" ] || echo "$alias ssh-ed25519 FIRST" >"$file"
echo one; echo two
cat >/dev/null
`;

interface Tried {
  readonly machine: ConnectedMachine;
  readonly pinned: MachineMemory[];
  /** The options of each ssh that was started. */
  readonly started: () => readonly (readonly string[])[];
  readonly traffic: { sent: number; received: number }[];
}

async function connect(
  context: TestContext,
  given: { hostKeys?: string[]; memory?: { hostKeys: string[] }; acceptNew?: boolean },
): Promise<Tried> {
  const folder = mkdtempSync(join(tmpdir(), "fediversity-connection-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const note = join(folder, "arguments");
  const pinned: MachineMemory[] = [];
  const traffic: Tried["traffic"] = [];
  const options: MachineProviderOptions = {
    cache: "/nowhere",
    acceptNewHostKeys: given.acceptNew ?? false,
    imageCache: "/nonexistent",
    imageLock: "/nonexistent/images.json",
    holder: { id: "holder", name: "root@deployer" },
    connectPrefix: ["sh", "-c", ssh, "sh", note],
    onTraffic: (bytes) => traffic.push(bytes),
  };
  const memory = given.memory;
  const machine = await connectMachine(
    options,
    {
      component: "machine/connection-test",
      deployment: "example.org",
      prior: memory === undefined ? undefined : { inputs: {}, memory, status: "present" },
      signal: new AbortController().signal,
      pin: (keys) => Promise.resolve(void pinned.push(keys)),
    },
    { address: "192.0.2.7", port: 22, user: "root", hostKeys: given.hostKeys },
  );
  const started = (): readonly (readonly string[])[] =>
    readFileSync(note, "utf8")
      .split("====\n")
      .slice(0, -1)
      .map((lines) => lines.split("\n"));
  return { machine, pinned, started, traffic };
}

async function once(machine: ConnectedMachine, fresh = false): Promise<void> {
  await inSession(machine.open("test", fresh), async (session) => {
    assert.equal(await session.line(), "one");
    await machine.pin();
  });
}

const option = (words: readonly string[] | undefined, name: string): string | undefined =>
  words?.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);

test("a first contact that is allowed pins the key that ssh wrote down, over a connection of its own", async (context) => {
  const { machine, pinned, started, traffic } = await connect(context, { acceptNew: true });
  await once(machine);
  assert.deepEqual(pinned, [{ hostKeys: ["ssh-ed25519 FIRST"] }]);
  assert.deepEqual(await machine.memory(), { hostKeys: ["ssh-ed25519 FIRST"] });
  const [words] = started();
  assert.equal(option(words, "StrictHostKeyChecking"), "accept-new");
  assert.equal(option(words, "ControlMaster"), "no");
  rmSync(option(words, "UserKnownHostsFile") ?? "");
  assert.equal(traffic.length, 1);
  assert.equal(traffic[0]?.received, "one\ntwo\n".length);
});

test("a first contact that was not allowed trusts nobody, and one that leaves no key behind is an error", async (context) => {
  const { machine, pinned, started } = await connect(context, {});
  await assert.rejects(once(machine), (error) => error instanceof Failure && error.code === "host-key-unwritten");
  assert.equal(option(started()[0], "StrictHostKeyChecking"), "yes");
  assert.deepEqual(pinned, []);
});

test("a known machine: its keys and no others, shared connections, and a new one where that is the point", async (context) => {
  const { machine, pinned, started } = await connect(context, {
    memory: { hostKeys: ["ssh-ed25519 AAAA", "ssh-rsa BBBB"] },
    acceptNew: true,
  });
  await once(machine);
  await once(machine, true);
  assert.deepEqual(pinned, [], "what is known is not pinned again");
  assert.deepEqual(await machine.memory(), { hostKeys: ["ssh-ed25519 AAAA", "ssh-rsa BBBB"] });
  const [shared, fresh] = started();
  assert.deepEqual(
    [shared, fresh].map((words) => option(words, "StrictHostKeyChecking")),
    ["yes", "yes"],
  );
  assert.deepEqual([option(shared, "ControlMaster"), option(fresh, "ControlMaster")], ["auto", "no"]);
  assert.equal(option(fresh, "ControlPath"), "none");
  const file = option(fresh, "UserKnownHostsFile") ?? "";
  const alias = option(fresh, "HostKeyAlias") ?? "";
  assert.equal(readFileSync(file, "utf8"), `${alias} ssh-ed25519 AAAA\n${alias} ssh-rsa BBBB\n`);
});

test("keys that the environment gives stand above what was pinned", async (context) => {
  const { machine } = await connect(context, {
    hostKeys: ["ssh-ed25519 GIVEN"],
    memory: { hostKeys: ["ssh-rsa OLD"] },
  });
  assert.deepEqual(await machine.memory(), { hostKeys: ["ssh-ed25519 GIVEN"] });
});

const answers = {
  system: "debian 13",
  init: "systemd",
  systemd: "257",
  free: " 4194304",
  user: "0",
  missing: "",
  clock: "0",
  owner: "-",
  apart: "no",
};

/** The time as the machine says it, in seconds. */
function now(): string {
  return String(Math.floor(Date.now() / 1000));
}

async function examined(given: Partial<typeof answers> = {}): Promise<readonly string[]> {
  const lines = Object.entries({ ...answers, clock: now(), ...given }).map(([name, value]) =>
    value === "" ? name : `${name} ${value}`,
  );
  const machine = fakeMachine([...lines, "current 0 none", "end"]);
  const found = await examineMachine(machine, { deployment: "example.org" });
  assert.deepEqual(machine.log, ["1 open", "1> examine", "1 close"]);
  assert.ok(found.every(({ ok, next }) => ok === (next === undefined)));
  return found.flatMap(({ name, ok, text }) => (ok ? [] : [`${name}: ${text}`]));
}

test("a machine that can be worked with, and every way in which one cannot", async () => {
  assert.deepEqual(await examined(), []);
  assert.deepEqual(await examined({ owner: "example.org" }), []);
  assert.deepEqual(
    await examined({
      system: "debian 12",
      init: "sh",
      user: "1000",
      missing: " tar flock",
      free: "1024",
      owner: "other",
      apart: "yes",
    }),
    [
      "debian: runs debian 12",
      "systemd: process 1 is sh",
      "root: the login is user 1000",
      "tools: lacks tar flock",
      "space: 1 MiB free",
      "file system: /var/lib is on a file system of its own",
      "owner: belongs to other",
    ],
  );
  assert.match((await examined({ clock: String(Number(now()) - 3600) }))[0] ?? "", /^clock: differs by 36\d\d s/);
  const broken = fakeMachine(["system debian 13"]);
  await assert.rejects(examineMachine(broken, { deployment: "example.org" }), Failure);
  assert.equal(broken.sessions[0]?.closed(), 1);
});
