import assert from "node:assert/strict";
import { test } from "node:test";
import { nameServerArguments, renderHosts } from "./name-server.ts";

test("the name server listens on the bridge only, asks nobody, and needs no privileges", () => {
  const args = nameServerArguments({
    name: "fedi1",
    subnet: "10.77.3.0/24",
    address: "10.77.3.1",
    folder: "/n",
    runFolder: "/run/n",
  });
  for (const wanted of ["--no-resolv", "--bind-interfaces", "--listen-address=10.77.3.1", "--user=nobody"]) {
    assert.ok(args.includes(wanted), wanted);
  }
  assert.ok(!args.some((argument) => argument.startsWith("--server")));
});

test("names are written as a hosts file", () => {
  assert.equal(
    renderHosts([{ address: "10.77.3.2", names: ["hello", "hello.example.org"] }]),
    "10.77.3.2 hello hello.example.org\n",
  );
});
