import { makeRecoveryCodes } from "../../../accounts/second-factor.ts";
import { page } from "../../answer.tsx";
import type { PersonContext } from "../../route.ts";

/**
 * Makes recovery codes and shows them, this once.
 * @param state.done what was done before, in words
 * @param state.led whether the person was led here, and goes on to where they wanted
 */
export async function recoveryCodesPage(
  context: PersonContext,
  { done, led = false }: { readonly done?: string; readonly led?: boolean } = {},
): Promise<Response> {
  const { panel, actor, texts } = context;
  const { security } = texts.accounts;
  const codes = await makeRecoveryCodes(panel.queries, actor.id);
  await context.audit({ action: "recovery-codes.make", subject: actor.email });
  const lines = [`${texts.shell.product}: ${security.codesTitle}`, actor.email, "", ...codes, ""].join("\n");
  return await page(
    context,
    { title: security.codesTitle, here: "profile" },
    <>
      <p class="notice good" role="status">
        {done !== undefined && `${done} `}
        {security.others}
      </p>
      <p>
        {security.codesShown} {security.codesOlder}
      </p>
      <ol class="log">
        {codes.map((code) => (
          <li>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <p class="actions">
        <a
          class="button"
          download="fedipanel-recovery-codes.txt"
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(lines)}`}
        >
          {security.codesSave}
        </a>
        <a class="button secondary" href={led ? "/" : "/profile/security"}>
          {led ? security.factorGoOn : texts.shell.back}
        </a>
      </p>
    </>,
  );
}
