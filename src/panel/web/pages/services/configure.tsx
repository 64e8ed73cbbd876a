import type { FC } from "hono/jsx";
import type { Application } from "../../../../model/application.ts";
import type { JsonObject } from "../../../../model/json.ts";
import { optionsOf } from "../../../configurations/catalogue.ts";
import type { StoredConfiguration } from "../../../configurations/configuration-store.ts";
import { fieldName, optionFields, writtenOptions } from "../../../configurations/option-fields.ts";
import { stageApplication, type Mistakes } from "../../../configurations/stage-application.ts";
import { goTo, page } from "../../answer.tsx";
import { ErrorSummary, Form } from "../../parts/form.tsx";
import { OptionControl } from "../../parts/option-control.tsx";
import { notFound } from "../../refuse.tsx";
import { route, type OperatorContext } from "../../route.ts";
import { AddressQuestions, writtenPlace } from "./address-questions.tsx";
import { applicationPath } from "./paths.ts";

const Questions: FC<{
  readonly context: OperatorContext;
  readonly application: Application;
  readonly options: JsonObject;
  readonly mistakes: Mistakes;
}> = ({ context, application, options, mistakes }) => {
  const { configure } = context.texts.services;
  const fields = optionFields(application);
  const control = (field: (typeof fields)[number]) => {
    const name = fieldName(application.name, field.name);
    return (
      <OptionControl
        context={context}
        application={application.name}
        field={field}
        value={options[field.name]}
        typed={context.form[name]}
        error={mistakes[name]}
      />
    );
  };
  const folded = fields.filter(({ advanced }) => advanced);
  const wrong = folded.some(({ name }) => mistakes[fieldName(application.name, name)] !== undefined);
  return (
    <section aria-labelledby="about">
      <h2 id="about">{configure.application}</h2>
      {fields.filter(({ advanced }) => !advanced).map(control)}
      {folded.length > 0 && (
        <details {...(wrong ? { open: true } : {})}>
          <summary>{configure.advanced}</summary>
          {folded.map(control)}
        </details>
      )}
    </section>
  );
};

/** What the form does not have a control for is about the whole. */
function shownMistakes(mistakes: Mistakes, application: Application): Mistakes {
  const controls = new Set([
    "place",
    "domain",
    "initialUser.displayName",
    "initialUser.username",
    "initialUser.email",
    ...optionFields(application).map(({ name }) => fieldName(application.name, name)),
  ]);
  const entries = Object.entries(mistakes).map(([path, text]) => [controls.has(path) ? path : "", text] as const);
  return Object.fromEntries(entries);
}

function addPage(
  context: OperatorContext,
  options: {
    readonly application: Application;
    readonly configurations: readonly StoredConfiguration[];
    readonly mistakes: Mistakes;
  },
): Promise<Response> {
  const { application, configurations } = options;
  const { configure } = context.texts.services;
  const mistakes = shownMistakes(options.mistakes, application);
  const free = configurations.filter(({ staged }) => optionsOf(staged, application.name) === undefined);
  return page(
    context,
    {
      title: configure.title(application.title),
      operator: context.operator,
      here: "add",
      scripts: ["delegation.js"],
      status: Object.keys(mistakes).length === 0 ? 200 : 422,
    },
    <>
      <p>{application.description}</p>
      <ErrorSummary context={context} errors={mistakes} />
      <Form context={context} action={`/operators/${context.operator.id}/add/${application.name}`}>
        <AddressQuestions context={context} configurations={free} mistakes={mistakes} />
        <Questions context={context} application={application} options={{}} mistakes={mistakes} />
        <p class="actions">
          <button type="submit">{configure.submit}</button>
        </p>
      </Form>
    </>,
  );
}

function settingsPage(
  context: OperatorContext,
  options: {
    readonly application: Application;
    readonly configuration: StoredConfiguration;
    readonly mistakes: Mistakes;
  },
): Promise<Response> {
  const { application, configuration } = options;
  const { configure } = context.texts.services;
  const mistakes = shownMistakes(options.mistakes, application);
  return page(
    context,
    {
      title: configure.settingsTitle(application.title),
      operator: context.operator,
      here: "services",
      status: Object.keys(mistakes).length === 0 ? 200 : 422,
    },
    <>
      <ErrorSummary context={context} errors={mistakes} />
      <Form context={context} action={`${applicationPath(configuration, application.name)}/settings`}>
        <Questions
          context={context}
          application={application}
          options={optionsOf(configuration.staged, application.name) ?? {}}
          mistakes={mistakes}
        />
        <p class="actions">
          <button type="submit">{configure.save}</button>
          <a class="button secondary" href={applicationPath(configuration, application.name)}>
            {context.texts.shell.cancel}
          </a>
        </p>
      </Form>
    </>,
  );
}

function applicationOf({ panel, param }: OperatorContext): Application | undefined {
  return panel.config.applications.find(({ name }) => name === param("application"));
}

const asked = route({
  method: "GET",
  path: "/operators/:operator/add/:application",
  permission: "configuration.write",
  async handle(context: OperatorContext) {
    const application = applicationOf(context);
    if (application === undefined) return notFound(context);
    return addPage(context, {
      application,
      configurations: await context.operator.configurations.list(),
      mistakes: {},
    });
  },
});

const answered = route({
  method: "POST",
  path: "/operators/:operator/add/:application",
  permission: "configuration.write",
  async handle(context: OperatorContext) {
    const { operator, panel } = context;
    const application = applicationOf(context);
    if (application === undefined) return notFound(context);
    const configurations = await operator.configurations.list();
    const place = writtenPlace(context, configurations);
    if (place === undefined) return notFound(context);
    const options = writtenOptions(application, context.form);
    const staged = await stageApplication(panel, operator.configurations, {
      place,
      application: application.name,
      options,
    });
    if ("mistakes" in staged) return addPage(context, { application, configurations, mistakes: staged.mistakes });
    const domain = place.kind === "new" ? place.domain : place.configuration.domain;
    await context.audit({ action: "configuration.stage", subject: `${application.name} of ${domain}` });
    return goTo(context, `/operators/${operator.id}/configurations/${staged.id}/review`);
  },
});

const settings = route({
  method: "GET",
  path: "/operators/:operator/configurations/:configuration/applications/:application/settings",
  permission: "configuration.write",
  async handle(context: OperatorContext) {
    const application = applicationOf(context);
    const configuration = await context.operator.configurations.find(context.param("configuration"));
    if (application === undefined || configuration === undefined) return notFound(context);
    return settingsPage(context, { application, configuration, mistakes: {} });
  },
});

const changed = route({
  method: "POST",
  path: "/operators/:operator/configurations/:configuration/applications/:application/settings",
  permission: "configuration.write",
  async handle(context: OperatorContext) {
    const { operator, panel } = context;
    const application = applicationOf(context);
    const configuration = await operator.configurations.find(context.param("configuration"));
    if (application === undefined || configuration === undefined) return notFound(context);
    const options = writtenOptions(application, context.form);
    const place = { kind: "existing", configuration } as const;
    const staged = await stageApplication(panel, operator.configurations, {
      place,
      application: application.name,
      options,
    });
    if ("mistakes" in staged) return settingsPage(context, { application, configuration, mistakes: staged.mistakes });
    await context.audit({ action: "configuration.stage", subject: `${application.name} of ${configuration.domain}` });
    return goTo(context, `/operators/${operator.id}/configurations/${staged.id}/review`);
  },
});

/** The forms made from applications' schemas: for a new one, and for the settings of one that is there. */
export const configureRoutes = [asked, answered, settings, changed];
