import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseLanguage, isLanguage, languageNames, languages } from "./language.ts";
import { disguised } from "./pseudo.ts";
import { textsFor } from "./texts.ts";

type Say = (...values: readonly unknown[]) => string;

/** All texts of a language by their path; functions with the number of their values. */
function leaves(group: object, path = ""): readonly (readonly [string, string | Say])[] {
  return Object.entries(group).flatMap(([key, value]: [string, unknown]) => {
    const here = path === "" ? key : `${path}.${key}`;
    if (typeof value === "string" || typeof value === "function") return [[here, value as string | Say] as const];
    assert.ok(typeof value === "object" && value !== null, here);
    return leaves(value, here);
  });
}

const said = (text: string | Say): string =>
  typeof text === "string" ? text : text(...Array.from({ length: text.length }, (_, at) => `<${String(at)}>`));

const en = new Map(leaves(textsFor("en")));

/** What is the same in both languages: names, words that German took over, and what has no words in it. */
const sameInGerman =
  /^[\W\d]*$|^(?:FediPanel|Name|Administrator|Version|Domains?|Passkeys?|Browser|Link|Generation|Status|System)$/;

for (const language of languages.filter((one) => one !== "en")) {
  void test(`${language} has every text of English and no other`, () => {
    const own = new Map(leaves(textsFor(language)));
    assert.deepEqual([...own.keys()].toSorted(), [...en.keys()].toSorted());
    for (const [path, text] of en) {
      const other = own.get(path);
      assert.equal(typeof other, typeof text, path);
    }
  });
}

void test("no text is empty, but hints that have nothing to add, and none has stray spaces", () => {
  for (const language of ["en", "de"] as const) {
    for (const [path, text] of leaves(textsFor(language))) {
      const words = said(text);
      if (!path.endsWith(".hint")) assert.notEqual(words, "", `${language} ${path}`);
      assert.equal(words, words.trim(), `${language} ${path}`);
      assert.doesNotMatch(words, /undefined|\[object|NaN/, `${language} ${path}`);
    }
  }
});

void test("German says the same values as English", () => {
  const german = new Map(leaves(textsFor("de")));
  for (const [path, text] of en) {
    const own = german.get(path);
    if (typeof text !== "function" || typeof own !== "function") continue;
    const values = given(text);
    const saidBy = (say: Say) => values.filter((value) => say(...values).includes(value));
    assert.deepEqual(saidBy(own), saidBy(text), path);
  }
});

void test("nothing of German is still English", () => {
  const german = new Map(leaves(textsFor("de")));
  const english = [...en].filter(([path, text]) => {
    const own = said(german.get(path) ?? "");
    return own === said(text) && !sameInGerman.test(own);
  });
  assert.deepEqual(
    english.map(([path, text]) => `${path}: ${said(text)}`),
    [],
  );
});

void test("everything is in disguise, so that what never was in a catalogue is seen", () => {
  const pseudo = new Map(leaves(textsFor("en-XA")));
  for (const [path, text] of en) {
    const other = pseudo.get(path);
    const shown = typeof other === "function" && typeof text === "function" ? other(...given(text)) : other;
    assert.equal(shown, disguised(said(text)), path);
    assert.match(shown ?? "", /^\[[^]*\]$/, path);
  }
});

function given(text: Say): readonly string[] {
  return Array.from({ length: text.length }, (_, at) => `<${String(at)}>`);
}

void test("the language is the one that the browser likes best of ours", () => {
  const cases = {
    "": "en",
    "*": "en",
    de: "de",
    "de-AT,de;q=0.9,en;q=0.5": "de",
    "fr, de;q=0.1, en;q=0.2": "en",
    "en;q=0, de": "de",
    "EN-xa": "en-XA",
    "en-GB": "en",
    "dee, xde": "en",
    ";;;,q=1,,": "en",
  };
  for (const [asked, language] of Object.entries(cases)) assert.equal(chooseLanguage(asked), language, asked);
  assert.equal(chooseLanguage(undefined), "en");
  assert.deepEqual(Object.keys(languageNames).toSorted(), [...languages].toSorted());
  assert.ok(isLanguage("de") && !isLanguage("fr") && !isLanguage(null) && !isLanguage("toString"));
});
