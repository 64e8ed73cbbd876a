import type { GenerationReading } from "../../engine/provider.ts";
import type { Look as Looked } from "../../engine/verbs/look.ts";
import { as, line, type Line, type Look } from "./line.ts";

const looks: Readonly<Record<GenerationReading["verdict"], Look>> = {
  confirmed: "good",
  failed: "bad",
  "rolled-back": "warn",
  pending: "accent",
};

function generationLine({ number, id, activatedAt, verdict, current }: GenerationReading): Line {
  const name = `${current ? "→" : " "} ${String(number).padStart(4)}  ${id.slice(0, 12)}  ${activatedAt}  `;
  return line("  ", current ? as("strong", name) : name, as(looks[verdict], verdict.replace("-", " ")));
}

/** Renders the generations of every machine, the newest last; an arrow marks the current one. */
export function generationsLines(
  deployment: string,
  found: readonly Looked<readonly GenerationReading[]>[],
): readonly Line[] {
  if (found.length === 0) return [line(as("strong", deployment), ": nothing here has generations.")];
  return found.flatMap((looked) =>
    "failure" in looked
      ? [
          line(
            as("bad", `✗ ${looked.component}`),
            `: ${looked.failure.found} `,
            as("faint", `[${looked.failure.code}]`),
          ),
          line(as("accent", "    next: "), looked.failure.next),
        ]
      : [line(as("strong", looked.component)), ...looked.result.map(generationLine)],
  );
}
