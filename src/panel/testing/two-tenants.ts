import { memberRoles } from "../access/role.ts";
import { tokenScopes, type TokenScope } from "../access/scope.ts";
import { giveWayBack } from "../accounts/give-way-back.ts";
import { invite } from "../accounts/invitations.ts";
import { newId } from "../accounts/secret-value.ts";
import { makeToken } from "../accounts/tokens.ts";
import { configurationsOf } from "../configurations/configuration-store.ts";
import { runsOf } from "../runs/run-store.ts";
import type { Browser } from "./browser.ts";
import { startTestPanel, type TestPanel, type TestPerson } from "./test-panel.ts";

/** What an operator has, by the names that parameters of paths have. */
export interface Tenant {
  readonly operator: string;
  readonly configuration: string;
  readonly run: string;
  readonly deployment: string;
  readonly application: string;
  /** The owner. */
  readonly person: string;
  readonly invitation: string;
  readonly token: string;
  /** Of the invitation's link. */
  readonly secret: string;
  /** The secret of a way back in, which the owner gave to the viewer. */
  readonly link: string;
}

/** Somebody who asks: with a browser, or with a token. */
export type Visitor = { readonly browser: Browser } | { readonly token: string };

/** A panel with two operators, and with everybody whom the policy knows. */
export interface TwoTenants {
  readonly panel: TestPanel;
  readonly own: Tenant;
  readonly other: Tenant;
  readonly people: { readonly [name: string]: TestPerson };
  readonly visitors: ReadonlyMap<string, Visitor>;
}

interface Side {
  readonly domain: string;
  readonly operator: string;
  readonly owner: TestPerson;
  readonly viewer: TestPerson;
}

async function makeTenant(panel: TestPanel, { domain, operator, owner, viewer }: Side): Promise<Tenant> {
  const { queries, now } = panel.panel;
  const configurations = configurationsOf(queries, operator, now);
  const staged = {
    domain,
    initialUser: { displayName: "Ada", username: "ada", email: owner.email },
    applications: { snac: { enable: true, title: `Title at ${domain}` } },
  };
  const configuration = await configurations.create({ domain, environment: "production", staged });
  const stored = await configurations.find(configuration);
  if (stored === undefined) throw new Error("the configuration is not there");
  const run = await runsOf(queries, operator, now).request(stored, { by: `person ${owner.email}`, purge: false });
  const membership = { operator, role: "viewer" } as const;
  const secret = await invite(queries, { email: `new@${domain}`, membership, invitedBy: owner.id }, now());
  const { id: invitation } = await queries
    .selectFrom("invitation")
    .select("id")
    .where("operator_id", "=", operator)
    .executeTakeFirstOrThrow();
  const options = { operator, person: owner.id, name: "idle", scopes: ["read"] as const, lifetime: 1e9, now: now() };
  const { id: token } = await makeToken(queries, options);
  const gift = { giver: owner.id, person: viewer.id, operator, withoutFactors: true };
  const given = await giveWayBack(queries, gift, now());
  if (given.kind !== "given") throw new Error(`no way back: ${given.because}`);
  const ids = { operator, configuration, run: run.id, deployment: run.id, person: owner.id, invitation, token, secret };
  return { ...ids, application: "snac", link: given.secret };
}

/** Makes two operators and everybody who could ask for their things. Close the panel at the end. */
export async function startTwoTenants(
  options: { readonly environment?: Record<string, string> } = {},
): Promise<TwoTenants> {
  const panel = await startTestPanel(options);
  const { queries, now } = panel.panel;
  const people: Record<string, TestPerson> = {};
  const visitors = new Map<string, Visitor>([["nobody", { browser: await panel.browser() }]]);
  const meet = async (name: string, person: TestPerson): Promise<TestPerson> => {
    people[name] = person;
    visitors.set(name, { browser: await panel.browser(person) });
    return person;
  };
  const tenants: Tenant[] = [];
  for (const side of ["own", "other"]) {
    const operator = await panel.makeOperator(`Operator ${side}`);
    for (const role of memberRoles)
      await meet(
        `${side}-${role}`,
        await panel.makePerson({ email: `${role}@${side}.example`, memberships: { [operator]: role } }),
      );
    const owner = people[`${side}-owner`] as TestPerson;
    const viewer = people[`${side}-viewer`] as TestPerson;
    tenants.push(await makeTenant(panel, { domain: `${side}.example`, operator, owner, viewer }));
    const token = async (name: string, person: TestPerson, scopes: readonly TokenScope[]): Promise<void> => {
      const options = { operator, person: person.id, name: newId(), scopes, lifetime: 1e9, now: now() };
      visitors.set(name, { token: (await makeToken(queries, options)).token });
    };
    for (const scope of tokenScopes) await token(`${side}-token-${scope}`, owner, [scope]);
    await token(`${side}-viewers-token`, viewer, tokenScopes);
  }
  await meet("staff-admin", await panel.makePerson({ email: "admin@host.example", staffRole: "admin" }));
  await meet("staff-support", await panel.makePerson({ email: "support@host.example", staffRole: "support" }));
  const [own, other] = tenants as [Tenant, Tenant];
  return { panel, own, other, people, visitors };
}
