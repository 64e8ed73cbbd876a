import { pathInDocument } from "../../model/explain.ts";

/** What a scan of a JSON text found: where its members are, or the first mistake. */
export interface JsonScan {
  /** Offsets of the members' names and the items, by path as in `pathInDocument`. */
  readonly offsets: ReadonlyMap<string, number>;
  readonly mistake?: { readonly offset: number; readonly found: string } | undefined;
}

type Path = readonly (string | number)[];

interface Scanner {
  readonly text: string;
  offset: number;
  readonly offsets: Map<string, number>;
  mistake: JsonScan["mistake"];
}

// RFC 8259, sections 6 and 7.
const space = /[ \t\n\r]*/y;
const string = /"(?:[^"\\\u0000-\u001F]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|(?:true|false|null)(?!\w)/y;

function match(scanner: Scanner, pattern: RegExp): string | undefined {
  pattern.lastIndex = scanner.offset;
  const found = pattern.exec(scanner.text)?.[0];
  if (found !== undefined) scanner.offset += found.length;
  return found;
}

function fail(scanner: Scanner, found: string): false {
  scanner.mistake ??= { offset: scanner.offset, found };
  return false;
}

/** Names what stands at the offset. Words are not repeated: they may be part of a password. */
function seen({ text, offset }: Scanner): string {
  if (offset >= text.length) return "the end of the file";
  const character = String.fromCodePoint(text.codePointAt(offset) ?? 0);
  return /[\p{L}\p{N}_.+-]/u.test(character) ? "something without quotes" : JSON.stringify(character);
}

function expected(scanner: Scanner, what: string): false {
  return fail(scanner, `expected ${what}, found ${seen(scanner)}`);
}

function take(scanner: Scanner, character: string): boolean {
  match(scanner, space);
  if (scanner.text[scanner.offset] !== character) return false;
  scanner.offset += 1;
  match(scanner, space);
  return true;
}

function quoted(scanner: Scanner, what: string): string | undefined {
  const start = scanner.offset;
  const found = match(scanner, string);
  if (found !== undefined) return JSON.parse(found) as string;
  if (scanner.text[start] !== '"') expected(scanner, what);
  else fail(scanner, "this text has no closing quote on its line, or a wrong escape");
  return undefined;
}

/** Reads members or items up to the closing bracket. */
function list(scanner: Scanner, close: "]" | "}", item: (index: number) => boolean): boolean {
  if (take(scanner, close)) return true;
  for (let index = 0; ; index += 1) {
    if (!item(index)) return false;
    if (take(scanner, close)) return true;
    const comma = scanner.offset;
    if (!take(scanner, ",")) return expected(scanner, `"," or "${close}"`);
    if (scanner.text[scanner.offset] === close) {
      scanner.offset = comma;
      return fail(scanner, `there is a comma too much before "${close}"`);
    }
  }
}

function member(scanner: Scanner, path: Path, names: Set<string>): boolean {
  const start = scanner.offset;
  const name = quoted(scanner, "a name in double quotes");
  if (name === undefined) return false;
  if (names.has(name)) {
    scanner.offset = start;
    return fail(scanner, `${JSON.stringify(name)} is there twice`);
  }
  names.add(name);
  scanner.offsets.set(pathInDocument([...path, name]), start);
  if (!take(scanner, ":")) return expected(scanner, '":"');
  return value(scanner, [...path, name]);
}

function value(scanner: Scanner, path: Path): boolean {
  match(scanner, space);
  if (path.length > 200) return fail(scanner, "it is nested too deeply");
  if (take(scanner, "{")) {
    const names = new Set<string>();
    return list(scanner, "}", () => member(scanner, path, names));
  }
  if (take(scanner, "[")) {
    return list(scanner, "]", (index) => {
      scanner.offsets.set(pathInDocument([...path, index]), scanner.offset);
      return value(scanner, [...path, index]);
    });
  }
  if (scanner.text[scanner.offset] === '"') return quoted(scanner, "a text") !== undefined;
  return match(scanner, scalar) !== undefined || expected(scanner, "a value");
}

/** Reads a JSON text for the places in it: `JSON.parse` often does not say where a mistake is, and allows twins. */
export function scanJson(text: string): JsonScan {
  const scanner: Scanner = { text, offset: 0, offsets: new Map(), mistake: undefined };
  if (value(scanner, [])) {
    match(scanner, space);
    if (scanner.offset < text.length) expected(scanner, "the end of the file");
  }
  return { offsets: scanner.offsets, mistake: scanner.mistake };
}

/** Gives the line and column of an offset; both begin at 1. */
export function positionIn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: [...(before.at(-1) ?? "")].length + 1 };
}
