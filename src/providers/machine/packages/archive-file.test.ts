import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parsePrintedUris } from "./archive-file.ts";

const hash = "4536aabbb75ec21ffe161099ee4b97274945770bdb0682e25ec322421211ca5e";

test("a printed address gives the file", () => {
  const line = `'http://mirror.test/debian/pool/main/h/hello/hello_2.10-5_amd64.deb' hello_2.10-5_amd64.deb 53228 SHA256:${hash}`;
  assert.deepEqual(parsePrintedUris(`Reading package lists...\n${line}\n`), [
    {
      uri: "http://mirror.test/debian/pool/main/h/hello/hello_2.10-5_amd64.deb",
      name: "hello",
      version: "2.10-5",
      architecture: "amd64",
      fileName: "hello_2.10-5_amd64.deb",
      size: 53228,
      sha256: hash,
    },
  ]);
});

test("an epoch is part of the version and quoted in the file's name", () => {
  const line = `'http://mirror.test/x.deb' zlib1g_1%3a1.3.dfsg+really1.3.1-1+b1_amd64.deb 88888 SHA256:${hash}`;
  const [file] = parsePrintedUris(line);
  assert.equal(file?.version, "1:1.3.dfsg+really1.3.1-1+b1");
  assert.equal(file?.fileName, "zlib1g_1%3a1.3.dfsg+really1.3.1-1+b1_amd64.deb");
});

test("a file without a SHA-256, or whose name would leave its folder, is not taken", () => {
  assert.deepEqual(
    parsePrintedUris("'http://m.test/a.deb' aa_1_all.deb 1 MD5Sum:00000000000000000000000000000000"),
    [],
  );
  assert.deepEqual(parsePrintedUris(`'http://m.test/a.deb' ../aa_1_all.deb 1 SHA256:${hash}`), []);
  assert.deepEqual(parsePrintedUris(`'http://m.test/a.deb' aa_../1_all.deb 1 SHA256:${hash}`), []);
});

test("every file that apt can print is read back as it is", () => {
  const file = fc.record({
    name: fc.stringMatching(/^[a-z0-9][a-z0-9+.-]{1,20}$/),
    version: fc.stringMatching(/^([0-9]:)?[0-9][A-Za-z0-9.+~-]{0,20}$/),
    architecture: fc.constantFrom("all", "amd64", "arm64", "kfreebsd-amd64"),
    size: fc.nat(),
    sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
  });
  fc.assert(
    fc.property(fc.array(file, { maxLength: 5 }), (files) => {
      const whole = files.map((one) => {
        const fileName = `${one.name}_${one.version.replaceAll(":", "%3a")}_${one.architecture}.deb`;
        return { ...one, fileName, uri: `https://mirror.test/debian/pool/${fileName.replaceAll("+", "%2b")}` };
      });
      const text = whole
        .map((one) => `'${one.uri}' ${one.fileName} ${String(one.size)} SHA256:${one.sha256} \n`)
        .join("");
      assert.deepEqual(parsePrintedUris(text), whole);
    }),
  );
});

test("no text makes the parser give a file name with a slash", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("'", "/", "_", ".deb", " ", "1", "aa", `SHA256:${hash}`, "\n") }),
      (text) => {
        for (const file of parsePrintedUris(text)) assert.doesNotMatch(file.fileName, /[/\s]/);
      },
    ),
  );
});
