import assert from "node:assert/strict";
import { test } from "node:test";
import { renderAptConfiguration, renderSources } from "./lab-archive.ts";

const archive = {
  repositories: [
    { uri: "http://mirror.example/debian/", suite: "trixie" },
    { uri: "http://mirror.example/debian-security/", suite: "trixie-security" },
  ],
  settings: ['Acquire::Check-Valid-Until "false"', 'Acquire::http::Proxy "http://own.example:3128"'],
};

test("a machine's apt asks the lab's way to the archive, by this computer's rules", () => {
  assert.equal(
    renderAptConfiguration(archive, "http://10.77.0.1:3142"),
    'Acquire::Check-Valid-Until "false";\nAcquire::http::Proxy "http://10.77.0.1:3142";\n',
  );
  assert.equal(
    renderSources(archive),
    "deb http://mirror.example/debian/ trixie main\ndeb http://mirror.example/debian-security/ trixie-security main\n",
  );
});
