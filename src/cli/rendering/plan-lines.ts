import type { PlannedChange } from "../../engine/event.ts";
import type { Plan } from "../../engine/plan/plan.ts";
import type { Change } from "../../engine/provider.ts";
import { as, line, type Line, type Look, type Span } from "./line.ts";

const actions = {
  create: { mark: "+", look: "good", word: "create" },
  update: { mark: "~", look: "warn", word: "change" },
  delete: { mark: "-", look: "bad", word: "remove" },
  pending: { mark: "?", look: "accent", word: "decide later" },
  same: { mark: "=", look: "faint", word: "leave" },
} as const satisfies Record<PlannedChange["action"], { mark: string; look: Look; word: string }>;

const changeLooks: Readonly<Record<Change["verb"], Look>> = {
  add: "good",
  change: "warn",
  remove: "bad",
  start: "accent",
  stop: "accent",
  restart: "accent",
  reload: "accent",
};

function diffSpan(text: string): Span {
  if (text.startsWith("@@")) return as("accent", text);
  if (text.startsWith("+")) return as("good", text);
  if (text.startsWith("-")) return as("bad", text);
  return as("faint", text);
}

function changeLines({ verb, what, detail = [] }: Change): readonly Line[] {
  return [
    line("    ", as(changeLooks[verb], verb), ` ${what}`),
    ...detail.map((text) => line("      ", diffSpan(text))),
  ];
}

function nodeLines(node: Plan["nodes"][number]): readonly Line[] {
  if (node.failure !== undefined) {
    return [
      line(
        as("bad", `! ${node.component}`),
        `: could not be compared: ${node.failure.found} `,
        as("faint", `[${node.failure.code}]`),
      ),
      line(as("accent", "    next: "), node.failure.next),
    ];
  }
  const { mark, look, word } = actions[node.action];
  return [
    line(as(look, `${mark} ${node.component}`), `: ${word}, ${node.because}`),
    ...node.drift.map((text) => line("    ", as("warn", `drift: ${text}`))),
    ...node.changes.flatMap(changeLines),
  ];
}

/** Says in one line how much a plan would do; names only what there is. */
function planSummary(plan: Plan): Line {
  const words: readonly (readonly [string, string, Look])[] = [
    ["create", "to create", "good"],
    ["update", "to change", "warn"],
    ["delete", "to remove", "bad"],
    ["pending", "to decide later", "accent"],
    ["failed", "could not be compared", "bad"],
    ["same", "as it should be", "faint"],
  ];
  const parts = words.flatMap(([action, words, look]): readonly Span[] => {
    const number = plan.counts[action] ?? 0;
    return number === 0 ? [] : [as(look, `${String(number)} ${words}`)];
  });
  if (parts.length === 0) return line("Nothing to do.");
  return line(...parts.flatMap((part, index) => (index === 0 ? [part] : [", ", part])), ".");
}

/** Tells whether applying a plan would touch anything outside. */
export function changesAnything(plan: Plan): boolean {
  return plan.nodes.some(({ action, failure }) => failure !== undefined || action !== "same");
}

/** Renders what a plan would do, with differences and reasons; what stays as it is only counts. */
export function planLines(plan: Plan): readonly Line[] {
  const { name, environment } = plan.deployment;
  const title = line(as("strong", `Plan for ${name}`), environment === "" ? "" : ` in the environment ${environment}`);
  const nodes = plan.nodes.filter(({ action, failure }) => failure !== undefined || action !== "same");
  return [title, ...nodes.flatMap(nodeLines), planSummary(plan)];
}
