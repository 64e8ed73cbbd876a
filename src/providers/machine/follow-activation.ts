import { Failure } from "../../model/failure.ts";
import { refusal } from "./machine-report.ts";
import type { Session } from "./ssh/session.ts";
import type { ActivationContext } from "./stage-generation.ts";

const attempted = "activate a generation";

/** How an activation ended, as the machine tells it. */
export interface Ending {
  readonly verdict: string;
  readonly words: readonly string[];
  readonly unfit: readonly string[];
  readonly details: readonly string[];
  readonly refused: string | undefined;
}

/**
 * Follows the activation's account until its end.
 * @param onHealth called when everything is switched and started, and the health checks begin
 */
export async function followActivation(
  session: Session,
  context: ActivationContext,
  onHealth: () => void,
): Promise<Ending> {
  let ending: readonly string[] = [];
  let refused: string | undefined;
  const unfit: string[] = [];
  const details: string[] = [];
  for (;;) {
    const line = await session.line();
    const [keyword = "", ...rest] = line.split(" ");
    switch (keyword) {
      case "phase":
        context.progress(rest.join(" "));
        if (rest[0] === "health") onHealth();
        break;
      case "units":
        context.progress("start", { text: rest.join(" ").trim() });
        break;
      case "unfit":
        unfit.push(rest.join(" "));
        break;
      case "refused":
        refused = line.replace(/^refused /, "error ");
        break;
      case "detail":
      case "stderr":
        details.push(rest.join(" "));
        break;
      case "error":
        throw refusal(line, context.component, attempted);
      case "end":
        if (rest.length === 0)
          return { verdict: ending[0] ?? "crashed", words: ending.slice(1), unfit, details, refused };
        ending = rest;
        break;
    }
  }
}

function unfitInWords(lines: readonly string[]): string {
  return lines
    .map((line) => {
      const [kind, name = "", ...rest] = line.split(" ");
      return kind === "health"
        ? `health check ${name} did not pass in time: ${rest.join(" ") || "no answer"}`
        : `unit ${line.replace(" ", " is ")}`;
    })
    .join("; ");
}

/** Says why the machine did not end in the new generation. Pure. */
export function endingFailure(ending: Ending, component: string): Failure {
  const { verdict, words, unfit, details, refused } = ending;
  if (refused !== undefined && verdict === "rolled-back") {
    const failure = refusal(refused, component, attempted);
    return new Failure({ ...failure.report, details: [...(failure.report.details ?? []), ...details] });
  }
  if (verdict === "refused") return refusal(`error ${words.join(" ")}`, component, attempted);
  const why = unfitInWords(unfit) || "the switch itself failed, as the lines say";
  if (verdict === "rolled-back") {
    return new Failure({
      code: "rolled-back",
      attempted,
      subject: component,
      found: `${why}. The machine went back to generation ${words[1] ?? "before"}, which is healthy; generation ${words[0] ?? ""} is kept for inspection`,
      next: "Mend what the check or the journal says, then apply again.",
      details,
    });
  }
  if (verdict === "crashed") {
    return new Failure({
      code: "activation-killed",
      attempted,
      subject: component,
      found: `the activation of generation ${words[0] ?? ""} was killed on the machine; it goes back by itself`,
      next: "Apply again: what was left half-done is taken back first, at once.",
      details,
    });
  }
  return new Failure({
    code: "rollback-failed",
    attempted,
    subject: component,
    found: `${why}. Going back ended as "${verdict}": the machine needs attention`,
    next: "See `fediversity status`, and on the machine /var/lib/fediversity/log and journalctl; then apply again.",
    details,
  });
}
