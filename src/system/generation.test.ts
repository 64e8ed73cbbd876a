import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { output, secret, text } from "../model/reference.ts";
import { buildGeneration, type Generation } from "./generation.ts";
import { System, type SystemInput } from "./system.ts";
import { unitActions } from "./unit-actions.ts";
import { parseUnitIndex } from "./unit-index.ts";

const input = {
  packages: ["hello"],
  users: { web: { description: "Web", groups: ["adm"], authorizedKeys: ["ssh-ed25519 AAAA a"], home: "/var/lib/web" } },
  directories: { "/srv/web": { mode: "0750", owner: "web", group: "web", data: "pages of web" }, "/srv/tmp": {} },
  files: {
    "/etc/web.conf": { content: "port=80\n" },
    "/etc/web.conf.d/more": { content: "more\n" },
    "/etc/web.key": { content: text`key=${secret("web/key")}\n`, owner: "web" },
    "/etc/other": { content: text`key=${secret("other/key")}\n` },
    "/etc/rules": { content: "rules\n", place: "copy" },
  },
  units: {
    "web.service": {
      sections: { Unit: { Description: "Web" }, Service: { ExecStart: ["/bin/web", "-c", "/etc/web.conf"] } },
      reloadOn: ["/etc/rules"],
    },
    "key.service": {
      sections: { Service: { ExecStart: ["/bin/key"] } },
      restartOn: ["/etc/web.key"],
      credentials: { token: secret("web/token"), other: "plain" },
    },
    "job.service": { sections: { Service: { ExecStart: ["/bin/job"] } }, enabled: false },
  },
  quadlets: { "app.container": { sections: { Container: { Image: "a/b" } } } },
  ports: { "tcp/80": { owner: "web" } },
  health: { web: { kind: "tcp", port: 80, deadline: 20 }, up: { kind: "command", command: ["/bin/up"] } },
} satisfies SystemInput;

function generation(given: SystemInput, revisions: { readonly [secret: string]: string } = {}): Generation {
  return buildGeneration(System.parse(given), (name) => revisions[name] ?? "1");
}

const base = generation(input);

/** The content of a file of the tree. */
function file({ files }: Generation, path: string): unknown {
  return files.find((one) => one.path === path)?.content;
}

test("a generation holds what the machine needs, each in its file", () => {
  assert.equal(
    file(base, "units/web.service"),
    "[Unit]\nDescription=Web\n\n[Service]\nExecStart=/bin/web -c /etc/web.conf\n",
  );
  const folder = "/var/lib/fediversity/current/credentials/key.service";
  assert.equal(
    file(base, "units/key.service"),
    `[Service]\nExecStart=/bin/key\nLoadCredential=other:${folder}/other\nLoadCredential=token:${folder}/token\n`,
  );
  assert.equal(file(base, "quadlets/app.container"), "[Container]\nImage=a/b\n");
  assert.equal(file(base, "files/etc/web.conf"), "port=80\n");
  assert.equal(file(base, "files/var/lib/web/.ssh/authorized_keys"), "ssh-ed25519 AAAA a\n");
  assert.equal(file(base, "lists/packages"), "hello\n");
  assert.equal(file(base, "lists/ports"), "tcp/80 web\n");
  assert.equal(file(base, "lists/users"), "web /var/lib/web /usr/sbin/nologin adm\n");
  assert.equal(
    file(base, "lists/sysusers.conf"),
    'r - 100-999\nu web - "Web" /var/lib/web /usr/sbin/nologin\nm web adm\n',
  );
  assert.equal(
    file(base, "lists/tmpfiles.conf"),
    "d /srv/tmp 0755 root root - -\nd /srv/web 0750 web web - -\nd /var/lib/web/.ssh 0700 web web - -\n",
  );
  assert.equal(file(base, "lists/directories"), "/srv/tmp\n/var/lib/web/.ssh\n");
  assert.equal(file(base, "lists/data"), "/srv/web pages of web\n");
  assert.equal(file(base, "lists/copies"), "/etc/rules\n/var/lib/web/.ssh/authorized_keys\n");
  assert.equal(file(base, "lists/links"), "/etc/other\n/etc/web.conf\n/etc/web.conf.d/more\n/etc/web.key\n");
  assert.equal(file(base, "health/web"), "tcp 20\n80\n");
  assert.equal(file(base, "health/up"), "command 30\n/bin/up\n");
  assert.deepEqual(base.links.map(({ path, target }) => `${path} -> ${target}`).toSorted(), [
    "units/fediversity.target.wants/app.service -> /run/systemd/generator/app.service",
    "units/fediversity.target.wants/key.service -> ../key.service",
    "units/fediversity.target.wants/web.service -> ../web.service",
    "units/multi-user.target.wants/fediversity.target -> ../fediversity.target",
  ]);
  assert.equal(base.healthDeadline, 30);
  assert.deepEqual(parseUnitIndex(String(file(base, "lists/units"))), base.units);
  assert.equal(base.manifest, `${base.manifest.trimEnd().split("\n").toSorted().join("\n")}\n`);
});

test("files with secrets are for their owner alone, and the manifest says nothing about the values", () => {
  const modes = base.files.filter((one) => one.secret).map(({ path, mode, owner }) => `${path} ${mode} ${owner}`);
  assert.deepEqual(modes.toSorted(), [
    "credentials/key.service/token 0600 root",
    "files/etc/other 0600 root",
    "files/etc/web.key 0600 web",
  ]);
  const open = {
    ...System.parse(input),
    files: { "/etc/a": { content: secret("a"), mode: "0644", owner: "root", group: "root", place: "link" } },
  } as const;
  assert.throws(() => buildGeneration(open, () => "1"), {
    code: "secret-readable",
    message: "/etc/a: it holds a secret, and its mode 0644 lets others than its owner read it",
  });
});

/** The same value with the keys of every object backwards. */
function backwards(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(backwards);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, one]) => [key, backwards(one)]),
  );
}

test("equal systems are equal generations, in whatever order their keys come", () => {
  assert.deepEqual(generation(structuredClone(input)), base);
  const turned = generation(backwards(input) as SystemInput);
  assert.equal(turned.id, base.id);
  assert.equal(turned.manifest, base.manifest);
  assert.deepEqual(turned.units, base.units);
});

/** Every place of a value that holds text, a number or a flag. */
function places(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([key, one]) => places(one, [...path, key]));
}

function changed(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) {
    if (typeof value === "boolean") return !value;
    return typeof value === "number" ? value + 1 : `${String(value)}x`;
  }
  const members = value as Record<string, unknown>;
  const one = changed(members[key], rest);
  return Array.isArray(value) ? value.with(Number(key), one) : { ...members, [key]: one };
}

test("every single change changes the id, claims of ports included", () => {
  const full = System.parse(input);
  const inert = /\.reloadOn\.0$/;
  const seen = new Map([[base.id, "unchanged"]]);
  for (const place of places(full)) {
    const system = changed(full, place);
    if (!System.safeParse(system).success) continue;
    const name = place.join(".");
    const { id } = generation(system as SystemInput);
    if (inert.test(name)) continue;
    assert.equal(seen.get(id), undefined, `${name} gives the same generation as ${seen.get(id) ?? ""}`);
    seen.set(id, name);
  }
  assert.ok(seen.size > 25, `${String(seen.size)} changes were tried`);
  for (const member of ["packages", "users", "directories", "files", "units", "quadlets", "ports", "health"] as const) {
    assert.notEqual(generation({ ...input, [member]: undefined }).id, base.id, member);
  }
});

function touched(after: Generation): readonly string[] {
  return unitActions(base.units, after.units).map(({ verb, unit }) => `${verb} ${unit}`);
}

test("a secret that is rotated changes the files that hold it and restarts the units that use them, and no other", () => {
  const cases: readonly [string, readonly string[], readonly string[]][] = [
    ["web/key", ["files/etc/web.key"], ["restart key.service"]],
    ["web/token", ["credentials/key.service/token"], ["restart key.service"]],
    ["other/key", ["files/etc/other"], []],
    ["unused", [], []],
  ];
  for (const [name, files, actions] of cases) {
    const after = generation(input, { [name]: "2" });
    const identities = new Map(after.files.map((one) => [one.path, one.identity]));
    const different = base.files.filter((one) => identities.get(one.path) !== one.identity).map(({ path }) => path);
    const units = actions.length === 0 ? [] : ["lists/units"];
    assert.deepEqual(different.toSorted(), [...files, ...units].toSorted(), name);
    assert.deepEqual(touched(after), actions, name);
    assert.equal(after.id === base.id, files.length === 0);
    assert.deepEqual(
      after.files.map(({ content }) => content).filter((one) => typeof one !== "string"),
      base.files.map(({ content }) => content).filter((one) => typeof one !== "string"),
    );
  }
});

test("a changed file restarts what names it as a whole or lists it, reloads what asks for that, and nothing else", () => {
  const after = (path: keyof typeof input.files): readonly string[] =>
    touched(generation({ ...input, files: { ...input.files, [path]: { ...input.files[path], content: "new\n" } } }));
  assert.deepEqual(after("/etc/web.conf"), ["restart web.service"]);
  assert.deepEqual(after("/etc/web.conf.d/more"), []);
  assert.deepEqual(after("/etc/rules"), ["reload web.service"]);
  assert.deepEqual(after("/etc/web.key"), ["restart key.service"]);
  assert.deepEqual(after("/etc/other"), []);
  const names = (argument: string): boolean =>
    generation({ ...input, units: { "a.service": { sections: { Service: { ExecStart: ["/bin/a", argument] } } } } })
      .units.find(({ name }) => name === "a.service")
      ?.restartOn.includes("/etc/web.conf") ?? false;
  for (const argument of [
    "/etc/web.conf",
    "--config=/etc/web.conf",
    "-/etc/web.conf",
    "/a:/etc/web.conf:ro",
    "x /etc/web.conf y",
  ]) {
    assert.ok(names(argument), argument);
  }
  for (const argument of [
    "/etc/web.conf.d",
    "/etc/web.confx",
    "/opt/etc/web.conf",
    "/etc/web.conf/a",
    "/etc/web.con",
  ]) {
    assert.ok(!names(argument), argument);
  }
});

test("a file that a unit names and is not affected by does nothing to it", () => {
  const built = (content: string, unaffectedBy: readonly string[]): Generation =>
    generation({
      files: { "/etc/a": { content }, "/etc/b": { content: "b\n" } },
      units: {
        "web.service": {
          sections: { Service: { ExecStart: ["/bin/web", "/etc/a", "/etc/b"] } },
          unaffectedBy: [...unaffectedBy],
        },
      },
    });
  const actions = (...unaffectedBy: readonly string[]): readonly string[] =>
    unitActions(built("old\n", unaffectedBy).units, built("new\n", unaffectedBy).units).map(
      ({ verb, unit }) => `${verb} ${unit}`,
    );
  assert.deepEqual(actions(), ["restart web.service"]);
  assert.deepEqual(actions("/etc/b"), ["restart web.service"]);
  assert.deepEqual(actions("/etc/a"), []);
  const unit = built("old\n", ["/etc/a"]).units.find(({ name }) => name === "web.service");
  assert.deepEqual(unit?.restartOn, ["/etc/b"]);
});

test("a unit may ask for a whole folder: what changes, comes or goes in it reloads or restarts", () => {
  const files = { "/etc/sites/a": { content: "a\n" }, "/etc/sites.d": { content: "not in it\n" } };
  const sections = { Service: { ExecStart: ["/bin/web"] } };
  const built = (member: "reloadOn" | "restartOn", given: SystemInput["files"]): Generation =>
    generation({ files: given, units: { "web.service": { sections, [member]: ["/etc/sites"] } } });
  for (const [member, verb] of [
    ["reloadOn", "reload"],
    ["restartOn", "restart"],
  ] as const) {
    const before = built(member, files);
    const unit = before.units.find(({ name }) => name === "web.service");
    assert.deepEqual(unit?.[member], ["/etc/sites/a"]);
    const actions = (given: SystemInput["files"]): readonly string[] =>
      unitActions(before.units, built(member, given).units).map((action) => `${action.verb} ${action.unit}`);
    assert.deepEqual(actions({ ...files, "/etc/sites/a": { content: "new\n" } }), [`${verb} web.service`]);
    assert.deepEqual(actions({ ...files, "/etc/sites/b/c": { content: "b\n" } }), [`${verb} web.service`]);
    assert.deepEqual(actions({ "/etc/sites.d": files["/etc/sites.d"] }), [`${verb} web.service`]);
    assert.deepEqual(actions({ ...files, "/etc/sites.d": { content: "new\n" } }), []);
  }
});

test("what cannot be written is refused before anything is sent", () => {
  const left = { files: { "/etc/a": { content: output("machine/b", "address") } } };
  assert.throws(() => generation(left), { code: "internal" });
  const keys = { ...input, files: { "/var/lib/web/.ssh/authorized_keys": { content: "" } } };
  assert.throws(() => generation(keys), { code: "conflict" });
  for (const argument of ["a\nb", "a\u0000", output("machine/b", "address")]) {
    const health = { up: { kind: "command" as const, command: ["/bin/up", argument] } };
    assert.throws(() => generation({ health }), {
      code: "health-invalid",
      message: "health check up: an argument holds a control character or an unresolved reference",
    });
  }
});

test("texts of accounts and folders arrive literally on their lines", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.nat(0x10_ff_ff).map((code) => String.fromCodePoint(code)), maxLength: 30 }),
      (description) => {
        const given = { users: { web: { description } }, directories: { "/srv/a": { data: description } } };
        if (!System.safeParse(given).success) return;
        const built = generation(given);
        assert.equal(
          file(built, "lists/sysusers.conf"),
          `r - 100-999\nu web - "${description.replaceAll("%", "%%")}" - /usr/sbin/nologin\n`,
        );
        assert.equal(file(built, "lists/data"), `/srv/a ${description}\n`);
      },
    ),
  );
});
