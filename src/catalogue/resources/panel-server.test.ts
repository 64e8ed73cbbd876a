import assert from "node:assert/strict";
import { test } from "node:test";
import { secret } from "../../model/reference.ts";
import { contentOf, fulfilled, linesOf } from "../testing/fulfilled.ts";
import { panelServer } from "./panel-server.ts";

const image = "registry.hosting.example/fedipanel:0.2.0-rc.1";
const files = { "fediversity.config.ts": "export default {};\n", "offers/web.ts": "export {};\n" };
const request = {
  database: {
    host: "127.0.0.1",
    port: "5432",
    name: "app_db",
    user: "app_db",
    password: secret("database/app/db"),
    unit: "postgresql-databases.service",
  },
  data: "/srv/fediversity/app/data",
  setUp: secret("app/set-up"),
  environment: { FEDIPANEL_PORT: "8090" },
  port: 8090,
};
const folder = "/etc/fediversity/containers/app-server";

test("the policy's files lie where the panel looks for them, for its user alone", () => {
  const policy = {
    image,
    files: { ...files, "/run/secrets/dns": secret("provider/dns") },
    identity: secret("provider/id"),
  };
  const { bindings, system } = fulfilled(panelServer, policy, [{ name: "server", request }]);
  assert.deepEqual(bindings, [{ unit: "app-server.service" }]);
  assert.equal(contentOf(system, `${folder}/srv/fedipanel/fediversity.config.ts`), "export default {};\n");
  assert.equal(contentOf(system, `${folder}/srv/fedipanel/offers/web.ts`), "export {};\n");
  assert.equal(contentOf(system, `${folder}/run/secrets/dns`), "{secret provider/dns}");
  assert.equal(
    contentOf(system, `${folder}/run/secrets/identity`),
    "{secret provider/id}\n",
    "with its last line's end",
  );
  assert.equal(contentOf(system, `${folder}/run/secrets/set-up`), "{secret app/set-up}");
  for (const [path, { mode, owner, group }] of Object.entries(system.files)) {
    if (path.startsWith(folder) && path !== `${folder}/environment`) {
      assert.deepEqual([mode, owner, group], ["0400", "8090", "8090"], path);
    }
  }
  const lines = linesOf(system, "app-server.container");
  for (const line of [
    `Image=${image}`,
    "ReadOnly=yes",
    "DropCapability=all",
    "NoNewPrivileges=yes",
    "MemoryMax=1024M",
    "Tmpfs=/tmp:mode=1777",
    "Volume=/srv/fediversity/app/data:/var/lib/fedipanel",
    "Requires=app-release.service",
  ])
    assert.ok(lines.includes(line), line);
  assert.ok(!lines.some((line) => line.startsWith("Exec=")), "the image says what is run");
});

test("the version of the image's tag is dumped for, with the schema of the queue", () => {
  const { system } = fulfilled(panelServer, { image, files }, [{ name: "server", request }]);
  const line = linesOf(system, "app-release.service").find((one) => one.startsWith("ExecStart="));
  assert.match(line ?? "", /\/app\/release 0\.2\.0-rc\.1 \S+ app_db 127\.0\.0\.1 5432 app_db queue$/);
});

test("registries that ask who one is are told, where the policy says what", () => {
  const variables = (more: object): string =>
    contentOf(
      fulfilled(panelServer, { image, files: { ...files, ...more } }, [{ name: "server", request }]).system,
      `${folder}/environment`,
    );
  assert.match(
    variables({ "/run/secrets/registries.json": "{}" }),
    /^REGISTRY_AUTH_FILE=\/run\/secrets\/registries\.json$/m,
  );
  assert.doesNotMatch(variables({}), /REGISTRY/);
});

test("unknown machines are trusted only where the policy says so", () => {
  const { system } = fulfilled(panelServer, { image, files, acceptNewHostKeys: true }, [{ name: "server", request }]);
  assert.ok(linesOf(system, "app-server.container").includes("Exec=--accept-new-host-keys"));
});

test("a policy names a version, and what operators get", () => {
  const accepts = (policy: object): boolean => panelServer.policy.safeParse({ image, files, ...policy }).success;
  assert.ok(accepts({}));
  for (const tag of ["latest", "v1.0.0"])
    assert.ok(!accepts({ image: `registry.hosting.example/fedipanel:${tag}` }), tag);
  assert.ok(!accepts({ image: "fedipanel:0.1.0" }));
  assert.ok(!accepts({ files: {} }));
  for (const path of ["../x", "a/../b", "a//b", ".hidden", "a b", ""]) {
    assert.ok(!accepts({ files: { ...files, [path]: "" } }), path);
  }
});
