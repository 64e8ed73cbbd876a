import assert from "node:assert/strict";
import { test } from "node:test";
import { accountKey } from "./acme-account.ts";

test("an account's key is found where Caddy keeps it, by the ACME server's directory and the e-mail address", () => {
  const email = "ada@example.org";
  const cases = [
    [{ email }, "acme/acme-v02.api.letsencrypt.org-directory/users/ada@example.org/ada.key"],
    [
      { email, directory: "https://acme-staging-v02.api.letsencrypt.org/directory" },
      "acme/acme-staging-v02.api.letsencrypt.org-directory/users/ada@example.org/ada.key",
    ],
    [{ email, directory: "https://CA.example.org:443" }, "acme/ca.example.org-443/users/ada@example.org/ada.key"],
    [
      { email, directory: "https://me@ca.example.org/a/b_c//d/?e=f#g" },
      "acme/ca.example.org-a-b_c--d/users/ada@example.org/ada.key",
    ],
    [
      { email, directory: "https://ca.example.org/x%2Fy%20z%C3%9C*+..~q" },
      "acme/ca.example.org-x-y_zwildcard__plus_q/users/ada@example.org/ada.key",
    ],
    [{ email, directory: "https://[2001:db8::1]/dir" }, "acme/2001-db8--1-dir/users/ada@example.org/ada.key"],
    [
      { email: "Ada+O'Hara.x@example.org" },
      "acme/acme-v02.api.letsencrypt.org-directory/users/ada_plus_ohara.x@example.org/ada_plus_ohara.x.key",
    ],
    [{}, "acme/acme-v02.api.letsencrypt.org-directory/users/*/*.key"],
    [{ directory: "https://ca.example.org/dir" }, "acme/ca.example.org-dir/users/*/*.key"],
  ] as const;
  for (const [acme, key] of cases) assert.equal(accountKey(acme), key);
});
