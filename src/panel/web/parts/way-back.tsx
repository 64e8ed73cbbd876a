import type { FC } from "hono/jsx";
import { z } from "zod";
import type { WayBackRefusal } from "../../access/way-back.ts";
import type { RequestContext } from "../route.ts";
import { Form, Switch } from "./form.tsx";

/** What the form for a way back in is sent with. */
export const wayBackShape = { "without-factors": z.literal("true").optional() };

/** Offers to make a way back in for somebody, or says why whoever looks cannot. */
export const WayBackOffer: FC<{
  readonly context: RequestContext;
  readonly action: string;
  readonly name: string;
  /** Why not, in words. */
  readonly refused: string | undefined;
}> = ({ context, action, name, refused }) => {
  const { wayBack: words } = context.texts.accounts;
  return (
    <>
      <h2>{words.title}</h2>
      {refused === undefined ? (
        <>
          <p>{words.text(name)}</p>
          <p>{words.consequences}</p>
          <Form context={context} action={action}>
            <Switch
              name="without-factors"
              label={words.withoutFactors}
              hint={words.withoutFactorsHint}
              checked={false}
            />
            <p class="actions">
              <button type="submit" class="secondary">
                {words.make}
              </button>
            </p>
          </Form>
        </>
      ) : (
        <p>{refused}</p>
      )}
    </>
  );
};

/** The link, on the only page that ever shows it. */
export const WayBackLink: FC<{
  readonly context: RequestContext;
  readonly email: string;
  readonly secret: string;
}> = ({ context, email, secret }) => {
  const { wayBack: words } = context.texts.accounts;
  return (
    <div class="notice good" role="status">
      <h2>{words.madeTitle(email)}</h2>
      <p>{words.madeText}</p>
      <div class="field">
        <label for="way-back-link">{words.link}</label>
        <input id="way-back-link" type="url" readonly value={`${context.panel.settings.origin}/way-back/${secret}`} />
      </div>
    </div>
  );
};

/**
 * Why it cannot be given, in words. An owner learns no more than that it is not theirs to give: what the person is
 * elsewhere is nobody's business.
 */
export function wayBackRefused(
  { texts }: RequestContext,
  because: WayBackRefusal | undefined,
  side: "operator" | "provider",
): string | undefined {
  if (because === undefined) return undefined;
  const { refused } = texts.accounts.wayBack;
  if (because === "self") return refused.self;
  if (side === "operator") return refused.elsewhere;
  return because === "above" ? refused.above : refused.nothing;
}
