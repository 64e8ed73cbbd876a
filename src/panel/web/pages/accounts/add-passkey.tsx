import type { FC } from "hono/jsx";
import { TextField } from "../../parts/form.tsx";
import type { PersonContext } from "../../route.ts";
import { PasskeyButton } from "./passkey-button.tsx";

/** The name of a new passkey and the button that makes it; in words, where there is no script. */
export const AddPasskey: FC<{ readonly context: PersonContext }> = ({ context }) => {
  const { security } = context.texts.accounts;
  return (
    <>
      <noscript>
        <p>{security.passkeyScript}</p>
      </noscript>
      <TextField
        name="passkey-name"
        label={security.passkeyName}
        hint={security.passkeyNameHint}
        autocomplete="off"
        maxlength={100}
        required
      />
      <PasskeyButton
        context={context}
        kind="make"
        ask="/profile/security/passkeys/options"
        answer="/profile/security/passkeys"
        label={security.passkeyAdd}
        nameField="passkey-name"
      />
    </>
  );
};
