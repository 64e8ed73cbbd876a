import type { FC } from "hono/jsx";
import type { RequestContext } from "../../route.ts";

/**
 * A button for passkeys, which need a script: it shows itself when the browser can do it.
 * @param ask where the script gets what to ask the browser
 * @param answer where it sends the browser's answer
 * @param nameField the id of the field with the new passkey's name
 */
export const PasskeyButton: FC<{
  readonly context: RequestContext;
  readonly kind: "make" | "use";
  readonly ask: string;
  readonly answer: string;
  readonly label: string;
  readonly next?: string | undefined;
  readonly nameField?: string | undefined;
}> = ({ context, kind, ask, answer, label, next, nameField }) => {
  const { passkey } = context.texts.accounts;
  return (
    <div
      class="actions"
      hidden
      data-passkey={kind}
      data-ask={ask}
      data-answer={answer}
      data-failed={passkey.failed}
      data-refused={passkey.refused}
      data-token={context.formToken}
      {...(next === undefined ? {} : { "data-next": next })}
      {...(nameField === undefined ? {} : { "data-name-field": nameField })}
    >
      <button type="button" class="secondary">
        {label}
      </button>
      <p role="status"></p>
    </div>
  );
};
