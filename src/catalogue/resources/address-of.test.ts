import assert from "node:assert/strict";
import { test } from "node:test";
import { output } from "../../model/reference.ts";
import type { SystemResource } from "../../system/resource.ts";
import { failureOf, fulfilled, here, there } from "../testing/fulfilled.ts";
import { addressOf, remoteAddresses } from "./address-of.ts";
import { container } from "./container.ts";
import { dataDirectory } from "./data-directory.ts";
import { service } from "./service.ts";
import { timer } from "./timer.ts";
import { upgrade } from "./upgrade.ts";
import { webAddress } from "./web-address.ts";

const asking = (from = here) => ({ application: "app", name: "it", from });

test("what is on the same machine is reached by loopback, everything else where it turns out to be", () => {
  assert.equal(addressOf(here, asking()), "127.0.0.1");
  assert.deepEqual(addressOf(here, asking(there)), output("machine/here", "address"));
});

test("addresses from elsewhere come once each, and loopback never", () => {
  assert.deepEqual(remoteAddresses(here, [asking(), asking(there), asking(), asking(there)]), ["203.0.113.8"]);
  const unknown = { name: "later", address: output("local-machine/later", "address") };
  assert.deepEqual(remoteAddresses(here, [asking(unknown), asking(there)]), [unknown.address, "203.0.113.8"]);
  assert.deepEqual(remoteAddresses(here, [asking()]), []);
});

test("what shares the application's disk or loopback cannot be placed apart from it", () => {
  const database = { host: "127.0.0.1", port: "5432", name: "a", user: "a", password: "a", unit: "a.service" };
  const cases: readonly (readonly [SystemResource, object])[] = [
    [container, { description: "App", image: "example.net/app:1" }],
    [dataDirectory, { description: "files" }],
    [service, { description: "App", unit: "app.service", packages: ["app"], user: "app", command: ["/bin/app"] }],
    [timer, { description: "Clean", unit: "app-clean.service", calendar: "daily" }],
    [upgrade, { version: "1.2", database }],
    [webAddress, { host: "app.example.org", routes: [{ port: 3000 }] }],
  ] as unknown as readonly (readonly [SystemResource, object])[];
  for (const [resource, request] of cases) {
    assert.ok(fulfilled(resource, {}, [{ name: "it", request }]).bindings.length === 1, resource.name);
    const apart = failureOf(() => fulfilled(resource, {}, [{ name: "it", request, from: there }]));
    assert.equal(apart.code, "placement-apart");
    assert.equal(apart.subject, "application app, request it");
    assert.equal(
      apart.found,
      `the placement puts it on here and the application on there; a ${resource.name} works only beside its application`,
    );
  }
});
