import type { FailureReport } from "../model/failure.ts";

/** What the command's exit codes mean. Scripts rely on them: a number never gets another meaning. */
export const exitCodes = {
  done: { code: 0, meaning: "Done, or nothing had to be done." },
  failed: {
    code: 1,
    meaning: "Something failed. For `status`: something is missing, unhealthy or drifted; for `doctor`: in the way.",
  },
  usage: {
    code: 2,
    meaning: "The command was used wrongly: an unknown verb, option or component, or no confirmation.",
  },
  refused: { code: 3, meaning: "The configuration or fediversity.config.ts was refused; nothing was tried." },
  held: { code: 4, meaning: "Somebody else is changing this deployment or machine at this moment." },
  rolledBack: { code: 5, meaning: "A machine did not become healthy and runs its previous generation again." },
  attention: { code: 6, meaning: "A machine could not even go back: it needs a person." },
  changes: { code: 10, meaning: "`plan --detailed-exit-code`: there is something to do." },
  interrupted: {
    code: 130,
    meaning: "Interrupted by Ctrl-C or a signal; the same command continues where it stopped.",
  },
} as const satisfies Record<string, { readonly code: number; readonly meaning: string }>;

/** The reasons to exit that have a code of their own. */
export type Exit = keyof typeof exitCodes;

const byFailure: Readonly<Record<string, Exit>> = {
  usage: "usage",
  "confirmation-needed": "usage",
  "environment-unknown": "usage",
  "target-unknown": "usage",
  "target-in-use": "usage",
  "deployment-unknown": "usage",
  "secret-unknown": "usage",
  "lease-held": "held",
  locked: "held",
  interrupted: "interrupted",
  "rolled-back": "rolledBack",
  "rollback-failed": "attention",
};

/** The more a reader has to do at once, the earlier. */
const gravest: readonly Exit[] = ["attention", "rolledBack"];

/**
 * Gives the exit that fits a failure.
 * @param otherwise the exit of failures that have none of their own
 */
export function exitOf(report: FailureReport, otherwise: Exit): Exit {
  const own = byFailure[report.code];
  if (own !== undefined || report.code !== "components-failed") return own ?? otherwise;
  const inner = (report.failures ?? []).map((failure) => exitOf(failure, otherwise));
  const grave = gravest.find((exit) => inner.includes(exit));
  if (grave !== undefined) return grave;
  return inner.length > 0 && inner.every((exit) => exit === "held") ? "held" : otherwise;
}
