import { z } from "zod";
import { giveWayBack } from "../../../accounts/give-way-back.ts";
import type { Member } from "../../../accounts/members.ts";
import { nameOf } from "../../../access/actor.ts";
import { writeAudit } from "../../../audit/audit-log.ts";
import { wayBackRefused, wayBackShape } from "../../parts/way-back.tsx";
import { route, type OperatorContext, type Route } from "../../route.ts";
import { memberPage, ofMember } from "./member-page.tsx";
import { readForm } from "./read-form.ts";

async function give(context: OperatorContext, member: Member): Promise<Response> {
  const { actor, operator, panel, source } = context;
  const read = readForm(context, z.strictObject(wayBackShape), {});
  if (read.kind === "wrong") return await memberPage(context, member, { errors: read.errors, status: 422 });
  const withoutFactors = read.value["without-factors"] === "true";
  const giver = actor.kind === "person" ? actor.id : "";
  const gift = { giver, person: member.person, operator: operator.id, withoutFactors };
  const given = await giveWayBack(panel.queries, gift, panel.now());
  const about = { action: "way-back.give", subject: member.email };
  if (given.kind === "refused") {
    // What the person is elsewhere is not for this operator's trail either.
    const entry = { ...about, actor: nameOf(actor), operator: operator.id, source: source.address };
    await writeAudit(panel.queries, { ...entry, outcome: "denied" }, panel.now());
    const errors = { "": wayBackRefused(context, given.because, "operator") ?? "" };
    return await memberPage(context, member, { errors, status: 403 });
  }
  await context.audit({ ...about, detail: { secondFactor: withoutFactors ? "taken away" : "kept" } });
  return await memberPage({ ...context, form: {} }, member, { secret: given.secret });
}

const giveRoute: Route = route({
  method: "POST",
  path: "/operators/:operator/members/:person/way-back",
  permission: "member.way-back",
  handle: ofMember(() => giveRoute, give),
});

/** An owner lets a member back in. */
export const memberWayBackRoutes: readonly Route[] = [giveRoute];
