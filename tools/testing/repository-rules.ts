import { readFile } from "node:fs/promises";
import path from "node:path";
import { checkoutFiles } from "./checkout-files.ts";

/** A rule about the repository as a whole and what breaks it, each as a path, with a line number where it has one. */
export interface RuleResult {
  readonly rule: string;
  readonly offenders: readonly string[];
}

const longest = 300;
const median = 100;

interface Source {
  readonly name: string;
  readonly lines: readonly string[];
}

async function readSources(root: string): Promise<readonly Source[]> {
  const names = (await checkoutFiles(root)).filter((name) => /\.(?:ts|js|sh|json|md|yml)$|^bin\/|^\.ci\//.test(name));
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(path.join(root, name), "utf8");
      return { name, lines: text.replace(/\n$/, "").split("\n") };
    }),
  );
}

function places(sources: readonly Source[], pattern: RegExp): readonly string[] {
  return sources.flatMap(({ name, lines }) =>
    lines.flatMap((line, index) => (pattern.test(line) ? [`${name}:${String(index + 1)}: ${line.trim()}`] : [])),
  );
}

/** What stands in for an application does what that does, also where we would not. */
const double = ({ name }: Source): boolean => /^checks\/doubles\/[^/]+\/(?:root|image)\//.test(name);
const code = (source: Source): boolean => /\.(?:ts|js|sh)$|^bin\/|^\.ci\//.test(source.name) && !double(source);
const product = ({ name }: Source): boolean => /^src\/.*(?<!\.test)\.ts$/.test(name);

const lock = ({ name }: Source): boolean => name === "package-lock.json";
const written = (source: Source): boolean => !lock(source);

/** What may not stand in a file. The patterns are written so that this file does not break its own rules. */
const textRules: readonly {
  readonly rule: string;
  readonly pattern: RegExp;
  readonly within: (source: Source) => boolean;
}[] = [
  { rule: "Nothing is left open in the text", pattern: /\b(?:TO[D]O|FIX[M]E|X{3}|HA[C]K)\b/, within: written },
  {
    rule: "No path of somebody's workplace",
    pattern: /(?:^|[^\w.-])\/(?:work|Users\/\w+)\/\w/,
    within: code,
  },
  {
    rule: "No host name of a package registry",
    pattern: /registry\.npmjs|registry\.yarnpkg|pypi\.org|pythonhosted\.org/,
    within: code,
  },
  { rule: "package-lock.json names no registry", pattern: /"resolved": *"https?:/, within: lock },
  { rule: "No text goes to a shell by way of Node", pattern: /\bshell: *true\b|\bexecSync\(/, within: code },
  {
    rule: "Host keys and certificates are always checked",
    pattern: /StrictHostKeyChecking[= ](?:no|off)\b|rejectUnauthorized: *false/,
    // Where a fingerprint is pinned instead of an authority, it is compared before anything is sent.
    within: (source) => code(source) && source.name !== "src/providers/on-demand/pinned-connection.ts",
  },
  {
    rule: "No test is narrowed or skipped in the text",
    pattern: /\b(?:test|it|describe|suite)\.(?:only|skip|todo)\(/,
    within: code,
  },
];

/**
 * Judges the repository by the rules that no linter knows.
 * @param root the folder of the checkout
 * @returns the rules with what breaks them, and the figures about the length of the files of src in words
 */
export async function repositoryRules(root: string): Promise<{ results: readonly RuleResult[]; figures: string }> {
  const sources = await readSources(root);
  const src = sources.filter(({ name }) => name.startsWith("src/") && name.endsWith(".ts"));
  const lengths = src.filter(product).map(({ name, lines }) => ({ name, length: lines.length }));
  const sorted = lengths.toSorted((one, other) => one.length - other.length);
  const middle = sorted[Math.floor(sorted.length / 2)]?.length ?? 0;
  const last = sorted.at(-1);

  const results: RuleResult[] = [
    {
      rule: `No file of src has more than ${String(longest)} lines`,
      offenders: src
        .filter(({ lines }) => lines.length > longest)
        .map(({ name, lines }) => `${name}: ${String(lines.length)}`),
    },
    {
      rule: `The median file of src has fewer than ${String(median)} lines`,
      offenders: middle < median ? [] : [`src: ${String(middle)}`],
    },
    ...textRules.map(({ rule, pattern, within }) => ({ rule, offenders: places(sources.filter(within), pattern) })),
    {
      rule: "Files are named in kebab-case",
      offenders: sources
        .map(({ name }) => name)
        .filter((name) => /^(?:src|checks|bench|tools)\/.*[A-Z_].*\.(?:ts|sh)$/.test(name)),
    },
  ];
  const figures = `src: ${String(lengths.length)} files, median ${String(middle)} lines, longest ${String(last?.length ?? 0)}`;
  return { results, figures: last === undefined ? figures : `${figures} (${last.name})` };
}
