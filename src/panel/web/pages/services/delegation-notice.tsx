import type { FC } from "hono/jsx";
import type { Delegation } from "../../../configurations/delegation.ts";
import type { Texts } from "../../../texts/texts.ts";
import type { OperatorContext } from "../../route.ts";

/** What the delegation of a domain is, in words. */
export function delegationWords(
  { services }: Texts,
  domain: string,
  found: Delegation,
): { readonly tone: "good" | "bad" | "info"; readonly text: string } {
  const { delegation: words } = services;
  switch (found.kind) {
    case "good":
      return { tone: "good", text: words.good(domain) };
    case "unneeded":
      return { tone: "good", text: words.unneeded };
    case "unchecked":
      return { tone: "info", text: words.unchecked };
    case "missing":
      return { tone: "bad", text: words.missing(domain) };
    case "wrong":
      return { tone: "bad", text: words.wrong(domain, found.found) };
    case "unreachable":
      return { tone: "bad", text: words.unreachable(domain, found.found) };
  }
}

/** Says before anything is deployed whether the domain leads where it has to. */
export const DelegationNotice: FC<{
  readonly context: OperatorContext;
  readonly domain: string;
  readonly delegation: Delegation;
}> = ({ context, domain, delegation }) => {
  const { tone, text } = delegationWords(context.texts, domain, delegation);
  const { delegation: words } = context.texts.services;
  if (delegation.kind === "unchecked") return null;
  return (
    <section aria-labelledby="delegation" class={`notice ${tone}`}>
      <h2 id="delegation">{words.title}</h2>
      <p>{text}</p>
      {tone === "bad" && <p>{words.next(context.panel.settings.nameServers.join(", "))}</p>}
    </section>
  );
};
