import type { StoredAudit } from "../../../audit/read-audit.ts";
import type { Texts } from "../../../texts/texts.ts";

/** Who did it, as people know them. */
export function whoDid({ actor }: Pick<StoredAudit, "actor">, { accounts }: Texts): string {
  const { activity } = accounts;
  if (actor.startsWith("person ")) return actor.slice("person ".length);
  if (actor.startsWith("token ")) return activity.token;
  return actor === "nobody" ? activity.nobody : activity.system;
}

/** What was done, as a sentence that goes on from who did it; the action's own name where there is none. */
export function whatWasDone(
  { action, subject, outcome, detail }: Pick<StoredAudit, "action" | "subject" | "outcome" | "detail">,
  { accounts }: Texts,
): string {
  const { activity } = accounts;
  if (outcome === "denied") return activity.denied(`${action} (${subject})`);
  const sentences: { readonly [action: string]: (subject: string) => string } = activity.actions;
  const sentence = Object.hasOwn(sentences, action) ? sentences[action] : undefined;
  const { email } = detail;
  return sentence?.(typeof email === "string" ? email : subject) ?? `${action}: ${subject}`;
}
