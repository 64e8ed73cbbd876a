import { ApiError } from "./errors.mjs";

/** @typedef {{ name: string; text: string; children: XmlElement[] }} XmlElement */
/** @typedef {string | number | boolean | undefined | XmlContent[] | { [name: string]: XmlContent }} XmlContent */

const entities = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

/** @param {string} text */
const escape = (text) =>
  text.replaceAll(/[&<>"']/g, (found) => `&${[...entities].find(([, c]) => c === found)?.[0] ?? ""};`);

/**
 * A list repeats its element; what is undefined is left out.
 * @param {string} name
 * @param {XmlContent} content
 * @returns {string}
 */
function element(name, content, attributes = "") {
  if (content === undefined) return "";
  if (Array.isArray(content)) return content.map((item) => element(name, item)).join("");
  const inner =
    typeof content === "object"
      ? Object.entries(content)
          .map(([child, value]) => element(child, value))
          .join("")
      : escape(String(content));
  return `<${name}${attributes}>${inner}</${name}>`;
}

/**
 * @param {string} name
 * @param {XmlContent} content
 */
export function toXml(name, content, namespace = true) {
  const attributes = namespace ? ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"' : "";
  return `<?xml version="1.0" encoding="UTF-8"?>${element(name, content, attributes)}`;
}

/**
 * Elements and text; no DOCTYPE, no CDATA.
 * @param {string} text
 * @returns {XmlElement}
 */
export function parseXml(text) {
  const malformed = () => new ApiError(400, "MalformedXML", "failed to deserialize XML");
  /** @type {XmlElement} */
  const root = { name: "", text: "", children: [] };
  const open = [root];
  const pattern =
    /<\?[^>]*\?>|<!--.*?-->|<(\/?)([A-Za-z_][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/gsy;
  for (let found; pattern.lastIndex < text.length;) {
    found = pattern.exec(text);
    const parent = open.at(-1);
    if (!found || !parent) throw malformed();
    const [, closing, name = "", , empty, characters] = found;
    if (characters !== undefined) {
      parent.text += characters.replaceAll(/&(#x?[0-9a-fA-F]+|\w+);/g, (_, /** @type {string} */ entity) => {
        if (entity.startsWith("#x")) return String.fromCodePoint(Number.parseInt(entity.slice(2), 16));
        if (entity.startsWith("#")) return String.fromCodePoint(Number(entity.slice(1)));
        const known = entities.get(entity);
        if (known === undefined) throw malformed();
        return known;
      });
    } else if (closing) {
      if (open.pop()?.name !== name) throw malformed();
    } else if (name) {
      const made = { name, text: "", children: [] };
      parent.children.push(made);
      if (!empty) open.push(made);
    }
  }
  const [top] = root.children;
  if (open.length !== 1 || root.children.length !== 1 || !top) throw malformed();
  return top;
}

/** @param {XmlElement} from @param {string} name */
export const childText = (from, name) => from.children.find((child) => child.name === name)?.text;
/** @param {XmlElement} from @param {string} name */
export const childTexts = (from, name) =>
  from.children.filter((child) => child.name === name).map((child) => child.text);
