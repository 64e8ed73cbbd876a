import type { FC } from "hono/jsx";
import type { PersonContext } from "../../route.ts";

/** The link of an invitation, on the only page that ever shows it. */
export const InvitationLink: FC<{
  readonly context: PersonContext;
  readonly email: string;
  readonly secret: string;
}> = ({ context, email, secret }) => {
  const { invitation } = context.texts.provider;
  const link = `${context.panel.settings.origin}/invitations/${secret}`;
  return (
    <div class="notice good" role="status">
      <h2>{invitation.title}</h2>
      <p>{invitation.text(email)}</p>
      <div class="field">
        <label for="invitation-link">{invitation.label}</label>
        <input id="invitation-link" type="url" readonly value={link} />
      </div>
    </div>
  );
};
