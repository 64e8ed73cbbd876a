import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { output, text } from "../model/reference.ts";
import { renderUnit } from "./render-unit.ts";

/** The value of a key as systemd reads it from the file: systemd.syntax(7), with continued lines joined. */
function valueOf(unit: string, key: string): string {
  const line = unit
    .replace(/(?<!\\)((?:\\\\)*)\\\n/g, "$1 ")
    .split("\n")
    .find((one) => one.startsWith(`${key}=`));
  assert.ok(line !== undefined, unit);
  return line.slice(key.length + 1).trim();
}

/** Splits words by the quoting rules of systemd.syntax(7); a bare `;` would begin another command. */
function words(value: string): readonly string[] {
  const found: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < value.length; at += 1) {
    const char = value[at] ?? "";
    if (char === "\\") {
      at += 1;
      const next = value[at] ?? "";
      assert.ok(["\\", '"', "'"].includes(next), `unknown escape \\${next}`);
      word = (word ?? "") + next;
    } else if (quote !== "") {
      if (char === quote) quote = "";
      else word = (word ?? "") + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= "";
    } else if (char === " ") {
      if (word !== undefined) found.push(word);
      word = undefined;
    } else {
      assert.ok(char !== ";" || word !== undefined || !/^(?: |$)/.test(value.slice(at + 1)), "a separator of commands");
      word = (word ?? "") + char;
    }
  }
  assert.equal(quote, "", "unbalanced quotes");
  return word === undefined ? found : [...found, word];
}

/** Expands specifiers; one that is not `%%` would be a value that did not arrive: systemd.unit(5). */
function specifiers(value: string): string {
  return value.replace(/%(.?)/gsu, (_, next: string) => {
    assert.equal(next, "%", "a specifier");
    return "%";
  });
}

/** Expands variables in a command; one that is not `$$` would be a value that did not arrive: systemd.service(5). */
function variables(value: string): string {
  return value.replace(/\$(.?)/gsu, (_, next: string) => {
    assert.equal(next, "$", "a variable");
    return "$";
  });
}

function commandOf(unit: string): readonly string[] {
  return words(valueOf(unit, "ExecStart")).map((word) => variables(specifiers(word)));
}

const hostile = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    ";",
    "-rf",
    "--",
    "$HOME",
    "${HOME}",
    "$$",
    "%n",
    "%",
    "%%",
    "\\",
    '"',
    "'",
    "\\n",
    "#",
    "a b",
  ),
  fc.constantFrom('\\"', "$", " a", "a ", "a\\", "; rm", "\\;", "grüße 🐮", "\u00a0\u2028", "x".repeat(10_000), "-"),
  fc
    .string({ unit: fc.nat(0x10_ff_ff).map((code) => String.fromCodePoint(code)), maxLength: 20 })
    .map((value) => value.replace(/[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/gu, "")),
  fc.string({
    unit: fc.constantFrom("$", "%", '"', "'", "\\", " ", ";", "{", "}", "a", "-", "`", "(", "|", "&"),
    maxLength: 12,
  }),
);

test("the words of a command arrive as they are, whatever they hold", () => {
  fc.assert(
    fc.property(fc.array(hostile, { maxLength: 5 }), (given) => {
      const unit = renderUnit({ Service: { ExecStart: ["/bin/a", ...given], Type: "exec" } });
      assert.deepEqual(commandOf(unit), ["/bin/a", ...given]);
      assert.equal(valueOf(unit, "Type"), "exec");
    }),
    { numRuns: 300 },
  );
});

test("the prefix that switches variables off switches their doubling off", () => {
  const unit = renderUnit({ Service: { ExecStart: [":/bin/a", "$HOME", "50%"] } });
  assert.deepEqual(words(valueOf(unit, "ExecStart")).map(specifiers), [":/bin/a", "$HOME", "50%"]);
});

test("variables arrive as they are", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[A-Z][A-Z0-9_]{0,5}$/), hostile), (given) => {
      const unit = renderUnit({ Service: { Environment: given, Type: "exec" } });
      const read = unit
        .split("\n")
        .filter((line) => line.startsWith("Environment="))
        .flatMap((line) => words(line.slice("Environment=".length)))
        .map((word) => specifiers(word));
      assert.deepEqual(
        read,
        Object.entries(given)
          .map(([name, value]) => `${name}=${value}`)
          .toSorted(([a], [b]) => ((a ?? "") < (b ?? "") ? -1 : 1))
          .toSorted((a, b) => ((a.split("=")[0] ?? "") < (b.split("=")[0] ?? "") ? -1 : 1)),
      );
    }),
  );
});

test("a plain value keeps its text, specifiers aside, and never joins or adds a line", () => {
  fc.assert(
    fc.property(hostile, (value) => {
      let unit: string;
      try {
        unit = renderUnit({ Unit: { Description: value, Wants: "a.service" } });
      } catch (error) {
        assert.match(String(error), /ends in a backslash/);
        assert.match(value, /\\ *$/);
        return;
      }
      assert.equal(unit.split("\n").length, 4);
      assert.equal(specifiers(valueOf(unit, "Description")), value.replace(/^ +| +$/g, "").trim());
      assert.equal(valueOf(unit, "Wants"), "a.service");
    }),
    { numRuns: 300 },
  );
});

/** What podman's generator makes of a value: it splits words and writes them anew without escaping $ and %. */
test("what a container gets arrives as it is after both readings", () => {
  fc.assert(
    fc.property(
      fc.array(
        hostile.filter((word) => word !== "" && word !== ";"),
        { minLength: 1, maxLength: 4 },
      ),
      (given) => {
        const environment = { VALUE: given[0] ?? "" };
        const unit = renderUnit({ Container: { Exec: given, Environment: environment } });
        assert.deepEqual(
          words(valueOf(unit, "Exec")).map((word) => variables(specifiers(word))),
          given,
        );
        const [variable = ""] = words(valueOf(unit, "Environment"));
        assert.equal(variables(specifiers(variable)), `VALUE=${given[0] ?? ""}`);
      },
    ),
  );
  assert.equal(valueOf(renderUnit({ Container: { Exec: ["serve", "--all"] } }), "Exec"), "serve --all");
  assert.equal(valueOf(renderUnit({ Container: { HealthCmd: "test $A" } }), "HealthCmd"), "test $$A");
  for (const word of ["", ";"]) {
    assert.throws(() => renderUnit({ Container: { Exec: ["a", word] } }), {
      code: "unit-value",
      message: `Exec: the word ${JSON.stringify(word)} is lost or misread on its way through podman's generator`,
    });
  }
});

test("line breaks, other control characters and broken Unicode are refused everywhere", () => {
  for (const bad of ["\n", "\r", "\0", "\t", "\u001b", "\u007f", "\ud800", "\uffff", "\ufdd0"]) {
    for (const value of [`a${bad}b`, `${bad}b`, `a${bad}`]) {
      for (const [key, unitValue] of [
        ["Description", value],
        ["ExecStart", ["/bin/a", value]],
        ["Environment", { A: value }],
        ["After", ["a.service", value]],
      ] as const) {
        const message = new RegExp(`^${key}: the value (?:holds a line break|is not valid Unicode)`);
        assert.throws(() => renderUnit({ Service: { [key]: unitValue } }), { code: "unit-value", message });
      }
    }
  }
});

test("a command begins with an absolute path", () => {
  for (const first of ["sh", "", "./a", "-a", "/bin/a b", "/bin/$A", '"/bin/a"', "/bin/%n", "/bin/a;"]) {
    assert.throws(() => renderUnit({ Service: { ExecStart: [first, "b"] } }), {
      code: "unit-value",
      message: `ExecStart: the command begins with ${JSON.stringify(first)}, which is not an absolute path of a program`,
    });
  }
  for (const first of ["-/bin/a", "+/bin/a", "!!/bin/a", "@/bin/a", "-:/bin/a.b+c_d"]) {
    assert.equal(valueOf(renderUnit({ Service: { ExecStart: [first] } }), "ExecStart"), first);
  }
});

test("sections and keys are in one order, whatever order they come in; lists repeat their key", () => {
  const expected =
    "[Unit]\nAfter=a.service\nAfter=b.service\nDescription=A\n\n" +
    '[Service]\nEnvironment="A=1 2"\nEnvironment="B="\nExecStart=/bin/a %%n\nExecStart=/bin/b\n' +
    "ExecStartPre=\nPrivateTmp=yes\nRestart=no\nTimeoutSec=5\n\n[Install]\nWantedBy=multi-user.target\n";
  const unit = { Description: "A", After: ["a.service", "b.service"] };
  const service = {
    ExecStartPre: "",
    ExecStart: [["/bin/a", "%n"], ["/bin/b"]],
    Environment: { B: "", A: "1 2" },
    TimeoutSec: 5,
    PrivateTmp: true,
    Restart: false,
  };
  const backwards = Object.fromEntries(Object.entries(service).toReversed());
  const install = { WantedBy: "multi-user.target" };
  assert.equal(renderUnit({ Unit: unit, Service: service, Install: install }), expected);
  assert.equal(
    renderUnit({ Install: install, Service: backwards, Unit: { After: unit.After, Description: "A" } }),
    expected,
  );
  assert.equal(
    renderUnit({ Service: { ExecSearchPath: "/a:/b", ExecPaths: ["/a", "/b"] } }),
    "[Service]\nExecPaths=/a\nExecPaths=/b\nExecSearchPath=/a:/b\n",
  );
});

test("a reference that was not replaced is a defect, never text", () => {
  const reference = output("machine/a", "address");
  for (const value of [reference, text`a${reference}`, [reference], { A: reference }, { A: text`a${reference}` }]) {
    assert.throws(() => renderUnit({ Unit: { Description: value } }), { code: "internal" });
  }
  assert.throws(() => renderUnit({ Service: { ExecStart: ["/bin/a", reference] } }), { code: "internal" });
});

const analyze = "/usr/bin/systemd-analyze";

test(
  "systemd itself takes a unit of hostile values",
  { skip: !existsSync(analyze) && "there is no systemd here" },
  () => {
    const folder = mkdtempSync(path.join(tmpdir(), "fediversity-unit-"));
    try {
      const file = path.join(folder, "hostile.service");
      const values = fc.sample(
        hostile.filter((value) => !/\\ *$/.test(value)),
        { numRuns: 100, seed: 1 },
      );
      const unit = renderUnit({
        Unit: { Description: values.map((value) => value.slice(0, 100)).join("") || "a", DefaultDependencies: false },
        Service: { Type: "oneshot", ExecStart: ["/bin/true", ...values], Environment: { A: values.join("") } },
      });
      writeFileSync(file, unit);
      const { stderr } = spawnSync(analyze, ["verify", "--recursive-errors=no", "--man=no", file], {
        encoding: "utf8",
      });
      assert.deepEqual(
        stderr.split("\n").filter((line) => line.includes("hostile.service")),
        [],
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
