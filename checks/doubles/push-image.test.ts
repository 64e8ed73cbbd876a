import assert from "node:assert/strict";
import { test } from "node:test";
import { pushArguments, referenceIn } from "./push-image.ts";

test("an official name keeps its path and tag in another registry", () => {
  assert.equal(
    referenceIn("127.0.0.1:5000", "docker.io/chocobozzz/peertube:v8.3.1"),
    "127.0.0.1:5000/chocobozzz/peertube:v8.3.1",
  );
  assert.equal(referenceIn("mirror.example", "localhost/app:v1"), "mirror.example/app:v1");
  assert.equal(referenceIn("mirror.example", "dxflrs/garage:v2.4.1"), "mirror.example/dxflrs/garage:v2.4.1");
});

test("a push keeps the digest and says whether the registry has TLS", () => {
  assert.deepEqual(pushArguments("/layout", "ghcr.io/a/b:v1", { registry: "127.0.0.1:5000", tlsVerify: false }), [
    "--insecure-policy",
    "copy",
    "--quiet",
    "--preserve-digests",
    "--dest-tls-verify=false",
    "oci:/layout",
    "docker://127.0.0.1:5000/a/b:v1",
  ]);
});
