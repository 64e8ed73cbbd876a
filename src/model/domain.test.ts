import assert from "node:assert/strict";
import { test } from "node:test";
import { Domain, EmailAddress } from "./domain.ts";

function problem(schema: typeof Domain, value: string): string | undefined {
  const issues = schema.safeParse(value).error?.issues ?? [];
  assert.ok(issues.length <= 1);
  return issues[0]?.message;
}

const label63 = "a".repeat(63);
const longest = `${label63}.${label63}.${label63}.${"b".repeat(57)}.org`;

test("domains that are", () => {
  for (const value of [
    "example.org",
    "a.b",
    "social.example.co.uk",
    "xn--mnchen-3ya.example",
    "1.example.org",
    "a--b.example.org",
    `${label63}.org`,
    longest,
  ]) {
    assert.equal(problem(Domain, value), undefined, value);
  }
  assert.equal(longest.length, 253);
});

test("each way to be no domain has words of its own", () => {
  const inner = "letters, digits and inner hyphens between the dots";
  for (const [value, expected] of [
    ["", "a domain such as example.org, found nothing"],
    ["https://example.org/", "a domain alone, such as example.org, without https:// and without a path"],
    ["münchen.example", `the domain in its ASCII form: write "xn--mnchen-3ya.example"`],
    ["MÜNCHEN.example", `the domain in its ASCII form: write "xn--mnchen-3ya.example"`],
    ["例え.テスト", `the domain in its ASCII form: write "xn--r8jz45g.xn--zckzah"`],
    ["example.org.", `a domain without a dot at its end: write "example.org"`],
    ["example.org...", `a domain without a dot at its end: write "example.org"`],
    ["Example.ORG", `a domain in lower case: write "example.org"`],
    [`a${longest}`, "at most 253 characters, found 254"],
    [`a${label63}.org`, `parts of at most 63 characters, "aaaaaaaaaaaa…" has 64`],
    ["localhost", "at least two parts with a dot between them, such as localhost.org"],
    ["a..b", "no empty part between dots"],
    [".example.org", "no empty part between dots"],
    ["-a.example.org", `${inner}, found "-a"`],
    ["a-.example.org", `${inner}, found "a-"`],
    ["a_b.example.org", `${inner}, found "a_b"`],
    ["a b.org", `${inner}, found "a b"`],
    ["example.org\n", `${inner}, found "org\\n"`],
    ["*.example.org", `${inner}, found "*"`],
    ["example.org:443", `${inner}, found "org:443"`],
    ["203.0.113.7", "a domain, found something like an IP address"],
    ["2001:db8::7", "a domain, found something like an IP address"],
    ["[::1]", "a domain, found something like an IP address"],
    ["example.7", "a domain that ends in a name, not in a number"],
  ] as const) {
    assert.equal(problem(Domain, value), `expected ${expected}`, JSON.stringify(value));
  }
});

test("every domain that is accepted fits the pattern that editors are given, and the other way round", () => {
  const { pattern } = Domain.meta() as { pattern: string };
  for (const value of [
    "example.org",
    "a.b",
    "a.b1",
    "1.a",
    "a-b.c",
    "x.xn--a",
    "a.1",
    "-a.b",
    "a-.b",
    "a",
    "a..b",
    "A.b",
    "a.-b",
    "a.b-",
    "a.b_c",
  ]) {
    assert.equal(new RegExp(pattern, "u").test(value), problem(Domain, value) === undefined, value);
  }
});

test("e-mail addresses", () => {
  for (const value of ["ada@example.org", "a.b+c@example.org", "o'neill@a.b", "x@xn--mnchen-3ya.example"]) {
    assert.equal(problem(EmailAddress, value), undefined, value);
  }
  for (const value of [
    "",
    "ada",
    "@example.org",
    "ada@",
    "a b@example.org",
    "a..b@example.org",
    ".a@b.org",
    "a@b@c.org",
    `${label63}ab@b.org`,
    "a\n@b.org",
  ]) {
    assert.equal(problem(EmailAddress, value), "expected an e-mail address such as ada@example.org", value);
  }
  assert.equal(
    problem(EmailAddress, "ada@Example.org"),
    `after the @: expected a domain in lower case: write "example.org"`,
  );
});
