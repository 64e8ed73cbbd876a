import type { FC } from "hono/jsx";
import type { Json } from "../../../../model/json.ts";
import { decide } from "../../../access/decide.ts";
import { nameOf } from "../../../access/actor.ts";
import { Failure } from "../../../../model/failure.ts";
import { enabledIn } from "../../../configurations/catalogue.ts";
import { stagedMark, type StoredConfiguration } from "../../../configurations/configuration-store.ts";
import { checkDelegation, leadsElsewhere } from "../../../configurations/delegation.ts";
import { discardStaged } from "../../../configurations/stage-application.ts";
import { stagedChanges, type StagedChange } from "../../../configurations/staged-changes.ts";
import type { Panel } from "../../../panel.ts";
import { planOf } from "../../../runs/plan-of.ts";
import { requestRun } from "../../../runs/request-run.ts";
import { goTo, page } from "../../answer.tsx";
import { ErrorSummary, Form, Switch } from "../../parts/form.tsx";
import { notFound } from "../../refuse.tsx";
import { route, type OperatorContext } from "../../route.ts";
import { delegationWords, DelegationNotice } from "./delegation-notice.tsx";
import { configurationPath, deploymentPath } from "./paths.ts";
import { PlanSummary } from "./plan-summary.tsx";
import { Table } from "../../parts/table.tsx";

function written(value: Json | undefined): string {
  if (value === undefined) return "–";
  if (Array.isArray(value)) return value.map(String).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const Changes: FC<{ readonly context: OperatorContext; readonly changes: readonly StagedChange[] }> = ({
  context,
  changes,
}) => {
  const { review, options } = context.texts.services;
  const label = (option: string): string =>
    Object.hasOwn(options, option) ? options[option as keyof typeof options].label : option;
  const { applications } = context.panel.config;
  const titleOf = (name: string): string => applications.find((one) => one.name === name)?.title ?? name;
  return (
    <Table columns={[review.application, review.setting, review.before, review.after]}>
      {changes.map(({ application = "–", kind, option, from, to }) => (
        <tr>
          <th scope="row">{titleOf(application)}</th>
          {kind === "changed" ? (
            <>
              <td>{label(option ?? "")}</td>
              <td>
                <del>{written(from)}</del>
              </td>
              <td>
                <ins>{written(to)}</ins>
              </td>
            </>
          ) : (
            <td colspan={3}>{kind === "added" ? review.added : review.removed}</td>
          )}
        </tr>
      ))}
    </Table>
  );
};

/** Why what was asked for was not done: something else is staged by now, or nobody said to go on all the same. */
type Held = "outdated" | "delegation";

/** The box by which a person goes on although the domain leads elsewhere. */
const despite = "despite-delegation";

async function reviewPage(context: OperatorContext, held?: Held): Promise<Response> {
  const { operator, panel, texts, format, actor } = context;
  const { review: words } = texts.services;
  const configuration = await operator.configurations.find(context.param("configuration"));
  if (configuration === undefined) return notFound(context);
  const { domain, staged, deployed, environment } = configuration;
  const changes = stagedChanges(deployed, staged);
  const [plan, delegation, estimate, unfinished] = await Promise.all([
    planOf(panel, configuration),
    checkDelegation(domain, panel.settings, panel.askNameServers),
    operator.runs.estimate(environment),
    operator.runs.unfinished(),
  ]);
  const busy = unfinished.find((run) => run.configuration_id === configuration.id);
  const drifted = "plan" in plan && plan.plan.nodes.some(({ action }) => action !== "same");
  const mayDeploy = decide(actor, "deployment.start", operator.id) === "yes";
  const title = words.title(domain);
  const unchanged = changes.length === 0 && !drifted;
  const elsewhere = leadsElsewhere(delegation) && enabledIn(panel.config, staged).length > 0;
  const errors = held === "delegation" && elsewhere ? { [despite]: words.despiteMissing } : {};
  return page(
    context,
    { title, operator, here: "services", status: held === undefined ? 200 : held === "outdated" ? 409 : 422 },
    <>
      <ErrorSummary context={context} errors={errors} />
      {held === "outdated" && (
        <div class="notice bad" role="alert">
          <p>{words.outdated}</p>
        </div>
      )}
      {changes.length === 0 ? (
        <p>{words.nothing}</p>
      ) : (
        <section aria-labelledby="staged">
          <h2 id="staged">{words.staged}</h2>
          <Changes context={context} changes={changes} />
        </section>
      )}
      <DelegationNotice context={context} domain={domain} delegation={delegation} />
      <section aria-labelledby="plan">
        <h2 id="plan">{words.plan}</h2>
        <PlanSummary context={context} plan={plan} />
        <p>{estimate === undefined ? words.noEstimate : words.estimate(format.duration(estimate))}</p>
      </section>
      <section aria-labelledby="irreversible">
        <h2 id="irreversible">{words.irreversible}</h2>
        <p>{deployed === null ? words.finalDomain(domain) : words.none}</p>
        {changes.some(({ kind }) => kind === "removed") && <p>{words.keeps}</p>}
      </section>
      {busy !== undefined && (
        <div class="notice info">
          <p>
            {words.busy} <a href={deploymentPath(busy)}>{words.watch}</a>
          </p>
        </div>
      )}
      {mayDeploy && (
        <div class="actions">
          {busy === undefined && !unchanged && (
            <Form context={context} action={`${configurationPath(configuration)}/deploy`}>
              <input type="hidden" name="mark" value={stagedMark(staged)} />
              {elsewhere && (
                <Switch
                  name={despite}
                  label={words.despite(domain)}
                  hint={words.despiteHint}
                  error={errors[despite]}
                  checked={false}
                />
              )}
              <button type="submit" disabled={"mistakes" in plan}>
                {words.deploy}
              </button>
            </Form>
          )}
          {changes.length > 0 && (
            <Form context={context} action={`${configurationPath(configuration)}/discard`}>
              <button type="submit" class="secondary">
                {words.discard}
              </button>
            </Form>
          )}
        </div>
      )}
    </>,
  );
}

const review = route({
  method: "GET",
  path: "/operators/:operator/configurations/:configuration/review",
  permission: "configuration.read",
  handle: (context: OperatorContext) => reviewPage(context),
});

/** Whether a person has to say first that they want it although the domain leads elsewhere. What is removed needs none. */
async function isHeld(panel: Panel, { domain, staged }: StoredConfiguration): Promise<boolean> {
  if (enabledIn(panel.config, staged).length === 0) return false;
  return leadsElsewhere(await checkDelegation(domain, panel.settings, panel.askNameServers));
}

const deploy = route({
  method: "POST",
  path: "/operators/:operator/configurations/:configuration/deploy",
  permission: "deployment.start",
  async handle(context: OperatorContext) {
    const { operator, panel, form } = context;
    const configuration = await operator.configurations.find(context.param("configuration"));
    if (configuration === undefined) return notFound(context);
    if (form[despite] !== "true" && (await isHeld(panel, configuration))) return reviewPage(context, "delegation");
    try {
      const run = await requestRun(panel, operator.runs, {
        configuration,
        mark: form["mark"] ?? "",
        by: nameOf(context.actor),
      });
      await context.audit({ action: "deployment.request", subject: `deployment ${run.id} of ${configuration.domain}` });
      return goTo(context, deploymentPath(run));
    } catch (error) {
      if (error instanceof Failure && error.code === "review-outdated") return reviewPage(context, "outdated");
      throw error;
    }
  },
});

const discard = route({
  method: "POST",
  path: "/operators/:operator/configurations/:configuration/discard",
  permission: "configuration.write",
  async handle(context: OperatorContext) {
    const { operator } = context;
    const configuration = await operator.configurations.find(context.param("configuration"));
    if (configuration === undefined) return notFound(context);
    await discardStaged(operator.configurations, configuration);
    await context.audit({ action: "configuration.discard", subject: configuration.domain });
    return goTo(context, `/operators/${operator.id}/services`);
  },
});

const delegation = route({
  method: "GET",
  path: "/operators/:operator/delegation",
  permission: "configuration.write",
  async handle(context: OperatorContext) {
    const { http, panel, texts } = context;
    const domain = (http.req.query("domain") ?? "").toLowerCase();
    if (!/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{1,63}$/.test(domain) || domain.length > 253)
      return http.json({ tone: "off", text: "" });
    const found = await checkDelegation(domain, panel.settings, panel.askNameServers);
    return http.json(delegationWords(texts, domain, found));
  },
});

/** The screen before every deployment, and what can be done there. */
export const reviewRoutes = [review, deploy, discard, delegation];
