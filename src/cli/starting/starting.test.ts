import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyState, type State } from "../../engine/state/state.ts";
import { plain } from "../rendering/line.ts";
import { debianRelease, parseOsRelease } from "./debian-release.ts";
import { aptProgress } from "./install-packages.ts";
import { overviewLines, runningMachines } from "./overview-lines.ts";

const bookworm =
  'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n# x\nHOME_URL=\'https://d/\'\n';

test("os-release is read with and without quotes", () => {
  assert.deepEqual(
    [...parseOsRelease(bookworm)],
    [
      ["PRETTY_NAME", "Debian GNU/Linux 12 (bookworm)"],
      ["VERSION_ID", "12"],
      ["ID", "debian"],
      ["HOME_URL", "https://d/"],
    ],
  );
});

test("Debian 12 and 13 are known to work, everything else is named and refused", () => {
  assert.equal(debianRelease(bookworm), "Debian 12");
  assert.equal(debianRelease(bookworm.replace('"12"', "13")), "Debian 13");
  assert.throws(() => debianRelease(bookworm.replace('"12"', '"11"')), {
    code: "not-debian",
    message: /12 \(bookworm\)/,
  });
  assert.throws(() => debianRelease('ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\n'), { message: /this is ubuntu/ });
  assert.throws(() => debianRelease(undefined), { message: /this is not Debian/ });
});

test("what apt-get prints becomes progress", () => {
  const progress = aptProgress();
  const lines = [
    "Get:1 http://deb.example/debian bookworm InRelease [151 kB]",
    "Get:2 http://deb.example/debian bookworm/main amd64 Packages [8790 kB]",
    "0 upgraded, 2 newly installed, 0 to remove and 0 not upgraded.",
    "Get:1 http://deb.example/debian bookworm/main amd64 mmdebstrap all 1.3.5-7 [100 kB]",
    "Unpacking mmdebstrap (1.3.5-7) ...",
    "Setting up mmdebstrap (1.3.5-7) ...",
    "Setting up dnsmasq-base (2.90-4) ...",
  ];
  assert.deepEqual(lines.map(progress), [
    undefined,
    undefined,
    undefined,
    { text: "fetching mmdebstrap" },
    undefined,
    { text: "installing mmdebstrap", done: 1, total: 2 },
    { text: "installing dnsmasq-base", done: 2, total: 2 },
  ]);
});

const components: State["components"] = {
  "local-machine/one": {
    type: "local-machine",
    inputs: {},
    outputs: { address: "10.0.0.2", hostKeys: ["ssh-ed25519 AAAA"] },
    status: "present",
    dependencies: [],
  },
  "machine/one": {
    type: "machine",
    inputs: {
      system: {
        health: { "hello-greets": {}, "hello-world-greets": {}, "cowsay-speaks": {} },
        files: { "/etc/caddy/Caddyfile": {}, "/etc/caddy/sites/hello.example.localhost.caddy": {}, "/etc/hello": {} },
      },
    },
    outputs: { generation: 3 },
    status: "present",
    dependencies: [],
  },
  "local-machine/two": { type: "local-machine", inputs: {}, status: "creating", dependencies: [] },
};

test("what runs where is read from the state", () => {
  assert.deepEqual(runningMachines({ ...emptyState, components }, ["hello", "cowsay", "hello-world"]), [
    {
      name: "one",
      address: "10.0.0.2",
      hostKeys: ["ssh-ed25519 AAAA"],
      applications: ["cowsay", "hello", "hello-world"],
      hosts: ["hello.example.localhost"],
      generation: "3",
    },
    { name: "two", address: "", hostKeys: [], applications: [], hosts: [], generation: "-" },
  ]);
});

const looking = {
  machines: runningMachines({ ...emptyState, components }, ["hello"]).slice(0, 1),
  identityFile: ".fediversity/.local/key",
  knownHostsFile: ".fediversity/.local/known_hosts",
  statusCommand: "fediversity status",
};

test("where a port leads to the web servers, the overview gives the addresses for the browser", () => {
  const addresses = (port?: number): readonly string[] =>
    overviewLines({ ...looking, port })
      .map(plain)
      .filter((line) => line.includes("https://"));
  assert.deepEqual(addresses(8443), ["  https://hello.example.localhost:8443/"]);
  assert.deepEqual(addresses(443), ["  https://hello.example.localhost/"]);
  assert.deepEqual(addresses(), []);
});

test("the overview gives a command to look inside every machine", () => {
  assert.deepEqual(overviewLines(looking).map(plain), [
    "",
    "What runs where",
    "  machine  address   applications  generation",
    "  one      10.0.0.2  hello         3",
    "",
    "How to look inside",
    "  ssh -i .fediversity/.local/key -o UserKnownHostsFile=.fediversity/.local/known_hosts root@10.0.0.2   # one",
    "  fediversity status",
    "",
  ]);
});
