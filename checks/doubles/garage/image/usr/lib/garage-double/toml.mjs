/**
 * The part of TOML 1.0 that Garage's configuration needs: tables, strings on one line, integers, booleans, arrays and
 * inline tables. Anything else, and every key or table that is there twice, is an error.
 */

/** @typedef {string | number | boolean | TomlValue[] | { [key: string]: TomlValue }} TomlValue */
/** @typedef {{ [key: string]: TomlValue }} TomlTable */

const escapes = new Map([
  ["b", "\b"],
  ["t", "\t"],
  ["n", "\n"],
  ["f", "\f"],
  ["r", "\r"],
  ['"', '"'],
  ["\\", "\\"],
]);

/**
 * @param {string} text
 * @returns {TomlTable}
 */
export function parseToml(text) {
  /** @type {TomlTable} */
  const root = {};
  const declared = new Set();
  let table = root;
  let at = 0;

  /**
   * @param {string} message
   * @returns {never}
   */
  function fail(message) {
    throw new Error(`line ${String(text.slice(0, at).split("\n").length)}: ${message}`);
  }
  /** @param {RegExp} pattern sticky */
  function take(pattern) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at += found[0].length;
    return found?.[0];
  }
  const blanks = () => take(/[ \t]*/y);
  const blankLines = () => take(/(?:[ \t\r\n]|#[^\n]*)*/y);
  /** @param {string} character */
  function expect(character) {
    blanks();
    if (text[at] !== character) fail(`expected ${character}`);
    at += 1;
  }
  function endOfLine() {
    blanks();
    take(/#[^\n]*/y);
    if (at < text.length && take(/\r?\n/y) === undefined) fail("expected the end of the line");
  }

  function basicString() {
    if (text.startsWith('"""', at)) fail("strings over several lines are not supported by the double");
    at += 1;
    let value = "";
    for (;;) {
      value += take(/[^"\\\n\r\u0000-\u0008\u000b-\u001f\u007f]*/y) ?? "";
      const next = text[at];
      if (next !== "\\" && next !== '"') fail("a string that does not end, or a control character in it");
      at += 1;
      if (next === '"') return value;
      const code = take(/u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|./y) ?? "";
      value += /^[uU]./.test(code)
        ? String.fromCodePoint(Number.parseInt(code.slice(1), 16))
        : (escapes.get(code) ?? fail(`unknown escape \\${code}`));
    }
  }
  function literalString() {
    const found = take(/'[^'\n\r]*'/y);
    return found?.slice(1, -1) ?? fail("a string that does not end");
  }
  function keyPart() {
    blanks();
    if (text[at] === '"') return basicString();
    if (text[at] === "'") return literalString();
    return take(/[A-Za-z0-9_-]+/y) ?? fail("expected a key");
  }
  function dottedKey() {
    const parts = [keyPart()];
    for (blanks(); text[at] === "."; blanks()) {
      at += 1;
      parts.push(keyPart());
    }
    return parts;
  }
  /** @param {TomlTable} into */
  function pair(into) {
    const path = dottedKey();
    const last = path.pop() ?? "";
    const target = path.reduce(descend, into);
    if (Object.hasOwn(target, last)) fail(`duplicate key \`${last}\``);
    expect("=");
    blanks();
    target[last] = value();
  }
  /**
   * @param {TomlTable} from
   * @param {string} name
   * @returns {TomlTable}
   */
  function descend(from, name) {
    const found = Object.hasOwn(from, name) ? from[name] : (from[name] = {});
    if (typeof found !== "object" || Array.isArray(found)) return fail(`\`${name}\` is not a table`);
    return found;
  }
  /** @returns {TomlValue} */
  function value() {
    if (text[at] === '"') return basicString();
    if (text[at] === "'") return literalString();
    if (text[at] === "[") return array();
    if (text[at] === "{") return inlineTable();
    const word = take(/[^\s,\]}#]+/y) ?? fail("expected a value");
    if (word === "true" || word === "false") return word === "true";
    if (/^[+-]?(?:0|[1-9](?:_?[0-9])*)$/.test(word)) return Number(word.replaceAll("_", ""));
    return fail(`not a string, integer or boolean: ${word.slice(0, 20)}`);
  }
  function array() {
    /** @type {TomlValue[]} */
    const items = [];
    at += 1;
    for (blankLines(); text[at] !== "]"; blankLines()) {
      items.push(value());
      blankLines();
      if (text[at] === ",") at += 1;
      else if (text[at] !== "]") fail("expected , or ]");
    }
    at += 1;
    return items;
  }
  function inlineTable() {
    /** @type {TomlTable} */
    const found = {};
    at += 1;
    blanks();
    while (text[at] !== "}") {
      pair(found);
      blanks();
      if (text[at] === ",") at += 1;
      else if (text[at] !== "}") fail("expected , or }");
      blanks();
    }
    at += 1;
    return found;
  }

  for (blankLines(); at < text.length; blankLines()) {
    if (text.startsWith("[[", at)) fail("arrays of tables are not supported by the double");
    if (text[at] === "[") {
      at += 1;
      const path = dottedKey();
      expect("]");
      const name = path.join(".");
      if (declared.has(name)) fail(`duplicate table \`${name}\``);
      declared.add(name);
      table = path.reduce(descend, root);
    } else pair(table);
    endOfLine();
  }
  return root;
}
