import { z } from "zod";
import { endSessionOf, endSessions } from "../../../accounts/sessions.ts";
import { endWaysBack } from "../../../accounts/ways-back.ts";
import { goTo } from "../../answer.tsx";
import { refuse } from "../../refuse.tsx";
import { route, type PersonContext, type Route } from "../../route.ts";
import { profilePage } from "./profile-page.tsx";
import { fields, readForm } from "./read-form.ts";

const Profile = z.strictObject({ name: fields.name, language: fields.language });
const ById = z.strictObject({ id: fields.id });
const Nothing = z.strictObject({});

async function save(context: PersonContext): Promise<Response> {
  const { panel, actor, texts } = context;
  const read = readForm(context, Profile, { name: texts.accounts.form.name });
  if (read.kind === "wrong") return await profilePage(context, { errors: read.errors, status: 422 });
  await panel.queries.updateTable("person").set(read.value).where("id", "=", actor.id).execute();
  await context.audit({ action: "profile.write", subject: actor.email });
  return goTo(context, "/profile?done=saved");
}

const endRoute: Route = route({
  method: "POST",
  path: "/profile/sessions/end",
  permission: "profile.write",
  async handle(context) {
    const { panel, actor } = context;
    const read = readForm(context, ById, {});
    if (read.kind === "wrong" || !(await endSessionOf(panel.queries, actor.id, read.value.id)))
      return await refuse(context, "not-found", endRoute);
    await context.audit({ action: "session.revoke", subject: actor.email });
    return goTo(context, "/profile?done=ended");
  },
});

const endWayBackRoute: Route = route({
  method: "POST",
  path: "/profile/ways-back/end",
  permission: "profile.write",
  async handle(context) {
    const { panel, actor } = context;
    const read = readForm(context, ById, {});
    if (read.kind === "wrong" || !(await endWaysBack(panel.queries, actor.id, panel.now(), read.value.id)))
      return await refuse(context, "not-found", endWayBackRoute);
    await context.audit({ action: "way-back.end", subject: actor.email });
    return goTo(context, "/profile?done=way-back");
  },
});

/** One's own name, language and sessions. */
export const profileRoutes: readonly Route[] = [
  route({ method: "GET", path: "/profile", permission: "profile.read", handle: (context) => profilePage(context) }),
  route({ method: "POST", path: "/profile", permission: "profile.write", handle: save }),
  endRoute,
  endWayBackRoute,
  route({
    method: "POST",
    path: "/profile/sessions/end-others",
    permission: "profile.write",
    async handle(context) {
      const { panel, actor } = context;
      const read = readForm(context, Nothing, {});
      if (read.kind === "wrong") return await profilePage(context, { errors: read.errors, status: 422 });
      await endSessions(panel.queries, actor.id, actor.session);
      await context.audit({ action: "session.revoke", subject: actor.email, detail: { which: "all others" } });
      return goTo(context, "/profile?done=ended-others");
    },
  }),
];
