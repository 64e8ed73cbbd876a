import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import { Failure } from "../../model/failure.ts";
import { nameOutside, onDemand, onDemandPolicy, readPolicy, refuseBeyondQuota } from "./on-demand.ts";

const size = { cores: 1, memory: 1024, disk: 10 };
const login = { authorizedKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAA"] };

function policyOf(more: object) {
  return readPolicy("test", z.strictObject(onDemandPolicy), { sizes: { default: size }, login, ...more });
}

const domain = "example.org";

test("names outside are host names, and differ for any two machines of any two deployments", () => {
  const label = fc.stringMatching(/^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/);
  const domains = fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => labels.join("."));
  fc.assert(
    fc.property(label, domains, (machine, of) => {
      assert.match(nameOutside(machine, of), /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/);
    }),
  );
  assert.notEqual(nameOutside("a", "b-c.org"), nameOutside("a-b", "c.org"));
  assert.match(nameOutside("snac", domain), /^snac-example-org-[0-9a-f]{6}$/);
});

test("a machine has its own size and its own protection, or those of default", () => {
  const policy = policyOf({
    sizes: { default: size, mastodon: { ...size, cores: 4 } },
    protected: { cowsay: false },
    apart: "deployment",
  });
  const made = (machine: string) => onDemand("test", policy, machine, { domain }).inputs;
  assert.equal(made("mastodon").size.cores, 4);
  assert.equal(made("snac").size.cores, 1);
  assert.deepEqual([made("cowsay").protected, made("snac").protected], [false, true]);
  assert.deepEqual([made("snac").apart, made("cowsay").apart], [domain, domain]);
  assert.equal(onDemand("test", policyOf({ apart: { group: "all" } }), "snac", { domain }).inputs.apart, "all");
  assert.equal(made("constructor").size.cores, 1, "a machine may be called like a member of every object");
});

test("a machine's host key is a secret of the deployment, and its connection knows what makes it", () => {
  const { connection, secrets, inputs } = onDemand("test", policyOf({}), "snac", { domain });
  assert.equal(connection.madeBy, "test/snac");
  assert.deepEqual(JSON.parse(JSON.stringify(connection.hostKeys)), { $output: "test/snac", path: "hostKeys" });
  assert.deepEqual(Object.keys(secrets), ["machine/snac/host-key", "machine/snac/host-key-public"]);
  assert.deepEqual(JSON.parse(JSON.stringify(inputs.firstBoot.hostKey.private)), { $secret: "machine/snac/host-key" });
});

test("a quota that does not admit a deployment names the policy, what is asked and what is allowed", () => {
  const policy = policyOf({ quota: { machines: 2, memory: 3000 } });
  refuseBeyondQuota("test", policy, ["a", "b"], { domain });
  assert.throws(
    () => refuseBeyondQuota("test", policy, ["a", "b", "c"], { domain }),
    (error: unknown) => {
      assert.ok(error instanceof Failure);
      assert.equal(error.code, "quota-exceeded");
      assert.match(error.message, /"quota" of the machine source test/);
      assert.match(error.message, /3 machines are asked for, 2 are allowed; 3072 MiB of memory are asked for, 3000/);
      return true;
    },
  );
});

test("a policy that is none names the place", () => {
  assert.throws(
    () => policyOf({ sizes: { small: size } }),
    (error: unknown) => error instanceof Failure && error.code === "policy-invalid",
  );
  assert.throws(() => policyOf({ login: { authorizedKeys: ["not a key"] } }), { code: "policy-invalid" });
});
