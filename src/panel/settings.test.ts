import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Failure } from "../model/failure.ts";
import { databaseLocation, PanelSettings, readSettings, variables } from "./settings.ts";

/** The subject and the text of the refusal. */
function refusal(document: unknown, environment: Record<string, string> = {}): string {
  try {
    readSettings(document, environment);
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    assert.equal(error.code, "settings-invalid");
    return `${error.report.subject ?? ""}: ${error.report.found}`;
  }
  return "nothing is wrong";
}

void test("without anything it is a panel on this computer", () => {
  const settings = readSettings(undefined, {});
  assert.equal(settings.origin, "http://localhost:8080");
  assert.equal(settings.listen, "127.0.0.1");
  assert.equal(settings.trustProxy, false);
  assert.equal(settings.demonstration, false);
  assert.deepEqual(readSettings({}, { PATH: "/bin", FEDIPANEL_PORT: "" }), settings);
});

void test("every setting has a variable, and none has two", () => {
  assert.deepEqual(Object.keys(variables).toSorted(), Object.keys(PanelSettings.shape).toSorted());
  assert.equal(new Set(Object.values(variables)).size, Object.keys(variables).length);
});

/** Another value for every setting than by default, as the file and as the environment has it. */
const others = {
  origin: ["https://panel.example.org", "https://panel.example.org"],
  listen: ["::1", "::1"],
  port: [9000, "9000"],
  trustProxy: [true, "true"],
  freeDomains: [["a.example", "b.example"], "a.example, b.example,"],
  nameServers: [["ns1.example.org"], "ns1.example.org"],
  work: ["web", "web"],
  parallel: [7, "7"],
  requireSecondFactor: ["staff", "staff"],
  demonstration: [true, "true"],
} as const satisfies { [Setting in keyof PanelSettings]: readonly [unknown, string] };

void test("each setting can be given by the file and by the environment, to the same effect", () => {
  for (const [setting, [value, text]] of Object.entries(others)) {
    const name = setting as keyof PanelSettings;
    const byFile = readSettings({ [name]: value }, {});
    assert.deepEqual(byFile[name], value);
    assert.notDeepEqual(byFile, readSettings(undefined, {}));
    assert.deepEqual(readSettings(undefined, { [variables[name]]: text }), byFile);
  }
});

void test("the environment wins", () => {
  assert.equal(readSettings({ port: 1000 }, { FEDIPANEL_PORT: "2000" }).port, 2000);
  assert.equal(readSettings({ trustProxy: true }, { FEDIPANEL_TRUST_PROXY: "false" }).trustProxy, false);
  assert.equal(readSettings({ port: 1000 }, { FEDIPANEL_PORT: "" }).port, 1000);
});

void test("an unknown name is refused with the nearest right one", () => {
  assert.match(refusal({ prot: 1 }), /^panel\.json: prot: .*did you mean "port"\?/);
  assert.match(refusal({ freeDomain: [] }), /did you mean "freeDomains"\?/);
  assert.match(refusal(undefined, { FEDIPANEL_PRT: "1" }), /FEDIPANEL_PRT: .*did you mean FEDIPANEL_PORT\?/);
  assert.match(refusal(undefined, { FEDIPANEL_WHATEVER_THIS_IS: "1" }), /FEDIPANEL_WHATEVER_THIS_IS: there is no/);
  assert.match(refusal(JSON.parse('{ "__proto__": 1 }')), /^panel\.json: __proto__: there is no such setting/);
  assert.match(refusal({ toString: 1 }), /there is no such setting/);
});

void test("variables that are read elsewhere are left alone", () => {
  assert.equal(readSettings(undefined, { FEDIPANEL_SETTINGS: "x", FEDIPANEL_FOLDER: "y" }).port, 8080);
});

void test("a bad value is refused by the name of its setting", () => {
  const bad = {
    origin: ["", "panel", "panel.example.org", "https://panel.example.org/", "https://u@h.example", "ftp://localhost"],
    listen: ["localhost", "1.2.3", ""],
    port: [0, 65_536, 1.5, "8080", null],
    trustProxy: ["true", 1],
    freeDomains: ["a.example", [""], [".example"], ["a..b"], ["A.example"], ["-a.example"]],
    nameServers: [[1], {}],
    work: ["everything", ""],
    parallel: [0, 65],
    requireSecondFactor: ["admin", "all", true, ""],
    demonstration: ["yes"],
  } satisfies { [Setting in keyof PanelSettings]: readonly unknown[] };
  for (const [setting, values] of Object.entries(bad)) {
    for (const value of values)
      assert.match(refusal({ [setting]: value }), new RegExp(`^${setting}: `), `${setting} ${JSON.stringify(value)}`);
  }
  for (const text of ["x", "-1", "1e3", "0x50", " 80", "8080.0", "99999999999"])
    assert.match(refusal(undefined, { FEDIPANEL_PORT: text }), /^port: /, text);
  for (const text of ["yes", "1", "TRUE"])
    assert.match(refusal(undefined, { FEDIPANEL_TRUST_PROXY: text }), /^trustProxy: /);
});

void test("a document that is no object is refused", () => {
  for (const document of [[], "text", 1, true, false])
    assert.match(refusal(document), /^panel\.json: expected an object/);
});

void test("http is for localhost alone", () => {
  for (const origin of ["http://localhost", "http://localhost:1234", "http://panel.localhost:8080"])
    assert.equal(readSettings({ origin }, {}).origin, origin);
  for (const host of ["example.org", "127.0.0.1", "localhost.example.org", "xlocalhost", "[::1]", "192.0.2.1:8080"]) {
    assert.match(refusal({ origin: `http://${host}` }), /over http/, host);
    assert.equal(readSettings({ origin: `https://${host}` }, {}).origin, `https://${host}`);
  }
});

void test("whatever is written, it is taken or refused in words", () => {
  const document = fc.dictionary(fc.constantFrom(...Object.keys(variables)), fc.jsonValue(), { maxKeys: 3 });
  const environment = fc.dictionary(fc.constantFrom(...Object.values(variables)), fc.string(), { maxKeys: 3 });
  fc.assert(
    fc.property(document, environment, (file, texts) => {
      assert.ok(refusal(file, texts).length > 0);
    }),
  );
});

void test("the database is a folder unless a server is named", () => {
  assert.deepEqual(databaseLocation("/f", {}), { kind: "folder", folder: "/f" });
  assert.deepEqual(databaseLocation("/f", { DATABASE_URL: "" }), { kind: "folder", folder: "/f" });
  for (const url of ["postgres://a@b/c", "postgresql://localhost/panel?host=/run/postgresql"])
    assert.deepEqual(databaseLocation("/f", { DATABASE_URL: url }), { kind: "server", url });
  for (const url of ["mysql://secret@b/c", "localhost", "https://b/c"]) {
    assert.throws(
      () => databaseLocation("/f", { DATABASE_URL: url }),
      (error) => error instanceof Failure && error.code === "settings-invalid" && !error.message.includes(url),
    );
  }
});
