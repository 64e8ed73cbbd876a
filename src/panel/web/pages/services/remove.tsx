import { nameOf } from "../../../access/actor.ts";
import { withApplication } from "../../../configurations/catalogue.ts";
import { stagedMark, type StoredConfiguration } from "../../../configurations/configuration-store.ts";
import { discardStaged, unstageApplication } from "../../../configurations/stage-application.ts";
import { stagedChanges } from "../../../configurations/staged-changes.ts";
import type { Application } from "../../../../model/application.ts";
import { requestRun } from "../../../runs/request-run.ts";
import { goTo, page } from "../../answer.tsx";
import { Choice, ErrorSummary, Form, TextField, type FieldErrors } from "../../parts/form.tsx";
import { notFound } from "../../refuse.tsx";
import { route, type OperatorContext } from "../../route.ts";
import { named, Tabs } from "./application.tsx";
import { applicationPath, configurationPath, deploymentPath } from "./paths.ts";

/** Changes that are staged besides: they would be deployed together with the removal. */
function otherChanges({ deployed, staged }: StoredConfiguration, application: string): boolean {
  return stagedChanges(deployed, staged).some((change) => change.application !== application);
}

function removePage(
  context: OperatorContext,
  { configuration, application }: { readonly configuration: StoredConfiguration; readonly application: Application },
  errors: FieldErrors,
): Promise<Response> {
  const { operator, texts } = context;
  const { remove: words } = texts.services.application;
  const mixed = configuration.deployed !== null && otherChanges(configuration, application.name);
  return page(
    context,
    {
      title: words.title(application.title),
      operator,
      here: "services",
      status: Object.keys(errors).length === 0 ? 200 : 422,
    },
    <>
      <Tabs context={context} configuration={configuration} application={application} here="danger" />
      <ErrorSummary context={context} errors={errors} />
      <p>{words.text}</p>
      {mixed ? (
        <div class="notice info">
          <p>{words.unstaged}</p>
          <p>
            <a class="button" href={`${configurationPath(configuration)}/review`}>
              {texts.services.home.review}
            </a>
          </p>
        </div>
      ) : (
        <Form context={context} action={`${applicationPath(configuration, application.name)}/remove`}>
          <Choice
            name="data"
            label={words.data}
            value={context.form["data"]}
            options={[
              { value: "keep", label: words.keep, hint: words.keepHint },
              { value: "purge", label: words.purge, hint: words.purgeHint },
            ]}
          />
          <TextField
            name="confirmation"
            label={words.confirm(application.name)}
            value=""
            error={errors["confirmation"]}
            autocomplete="off"
          />
          <button type="submit" class="danger">
            {words.submit}
          </button>
        </Form>
      )}
    </>,
  );
}

const asked = route({
  method: "GET",
  path: "/operators/:operator/configurations/:configuration/applications/:application/remove",
  permission: "application.remove",
  async handle(context: OperatorContext) {
    const found = await named(context);
    return found === undefined ? notFound(context) : removePage(context, found, {});
  },
});

const confirmed = route({
  method: "POST",
  path: "/operators/:operator/configurations/:configuration/applications/:application/remove",
  permission: "application.remove",
  async handle(context: OperatorContext) {
    const { operator, panel, form } = context;
    const found = await named(context);
    if (found === undefined) return notFound(context);
    const { configuration, application } = found;
    const { name } = application;
    if (form["confirmation"] !== name) {
      return removePage(context, found, { confirmation: context.texts.services.application.remove.mismatch(name) });
    }
    const subject = `${name} of ${configuration.domain}`;
    if (configuration.deployed === null) {
      // What never ran has nothing to remove.
      await unstageApplication(operator.configurations, configuration, name);
      const left = await operator.configurations.find(configuration.id);
      if (left !== undefined && Object.keys((left.staged["applications"] ?? {}) as object).length === 0)
        await discardStaged(operator.configurations, left);
      await context.audit({ action: "configuration.stage", subject });
      return goTo(context, `/operators/${operator.id}/services`);
    }
    if (otherChanges(configuration, name)) return removePage(context, found, {});
    const staged = withApplication(configuration.deployed, name, undefined);
    await operator.configurations.stage(configuration.id, staged);
    const purge = form["data"] === "purge";
    const run = await requestRun(panel, operator.runs, {
      configuration: { ...configuration, staged },
      mark: stagedMark(staged),
      by: nameOf(context.actor),
      purge,
    });
    await context.audit({ action: "application.remove", subject, detail: { data: purge ? "purge" : "keep" } });
    return goTo(context, deploymentPath(run));
  },
});

/** The removal of an application, after its name was typed. */
export const removeRoutes = [asked, confirmed];
