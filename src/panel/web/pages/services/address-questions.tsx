import type { FC } from "hono/jsx";
import type { StoredConfiguration } from "../../../configurations/configuration-store.ts";
import type { Mistakes, StagingPlace } from "../../../configurations/stage-application.ts";
import { Choice, TextField } from "../../parts/form.tsx";
import type { OperatorContext } from "../../route.ts";

type Form = OperatorContext["form"];

/** Reads where an application is to be, out of the form; nothing when it names a configuration that is not there. */
export function writtenPlace(
  { form, panel }: OperatorContext,
  configurations: readonly StoredConfiguration[],
): StagingPlace | undefined {
  const place = form["place"] ?? "";
  if (place.startsWith("existing:")) {
    const configuration = configurations.find(({ id }) => id === place.slice("existing:".length));
    return configuration === undefined ? undefined : { kind: "existing", configuration };
  }
  const { freeDomains } = panel.settings;
  const below = freeDomains.find((domain) => domain === form["free-domain"]) ?? freeDomains[0] ?? "";
  const text = (name: string): string => (form[name] ?? "").trim();
  const domain = place === "free" ? `${text("free-name")}.${below}` : text("domain");
  const environment =
    panel.config.environments.find(({ name }) => name === form["environment"]) ?? panel.config.environments[0];
  return {
    kind: "new",
    domain: domain.toLowerCase(),
    environment: environment?.name ?? "",
    initialUser: {
      displayName: text("initialUser.displayName"),
      username: text("initialUser.username"),
      email: text("initialUser.email"),
    },
  };
}

/** A user name out of an e-mail address, as a beginning. */
function proposedUsername(email: string): string {
  return (email.split("@")[0] ?? "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]/g, "")
    .replace(/^[^a-z]+/, "")
    .slice(0, 30);
}

/** The questions about domain and first account, and where it runs. */
export const AddressQuestions: FC<{
  readonly context: OperatorContext;
  readonly configurations: readonly StoredConfiguration[];
  readonly mistakes: Mistakes;
}> = ({ context, configurations, mistakes }) => {
  const { panel, texts, actor } = context;
  const { configure } = texts.services;
  const form: Form = context.form;
  const { freeDomains, nameServers } = panel.settings;
  const person = actor.kind === "person" ? actor : undefined;
  const places = [
    ...configurations.map(({ id, domain }) => ({
      value: `existing:${id}`,
      label: configure.existing(domain),
      hint: configure.existingHint,
    })),
    ...(freeDomains.length > 0 ? [{ value: "free", label: configure.free }] : []),
    { value: "own", label: configure.own },
  ];
  const place = form["place"] ?? places[0]?.value;
  const domainHint =
    nameServers.length === 0
      ? configure.ownHint
      : `${configure.ownHint} ${configure.nameServers(nameServers.join(", "))}`;
  return (
    <section aria-labelledby="where">
      <h2 id="where">{configure.where}</h2>
      <p class="hint">{configure.placeHint}</p>
      <Choice name="place" label={configure.place} options={places} value={place} error={mistakes["place"]} />
      <div class="when-free">
        {freeDomains.length > 0 && (
          <div class="pair">
            <TextField name="free-name" label={configure.freeName} value={form["free-name"] ?? ""} />
            {freeDomains.length === 1 ? (
              <p class="suffix">.{freeDomains[0]}</p>
            ) : (
              <Choice
                name="free-domain"
                label={configure.freeDomain}
                options={freeDomains.map((domain) => ({ value: domain, label: `.${domain}` }))}
                value={form["free-domain"]}
              />
            )}
          </div>
        )}
      </div>
      <div class="when-own">
        <TextField
          name="domain"
          label={configure.ownDomain}
          hint={domainHint}
          value={form["domain"] ?? ""}
          error={mistakes["domain"]}
          maxlength={253}
          autocomplete="off"
        >
          <p class="live" role="status" data-delegation={`/operators/${context.operator.id}/delegation`} />
        </TextField>
      </div>
      <div class="when-new">
        <h2>{configure.account}</h2>
        <p class="hint">{configure.accountHint}</p>
        <TextField
          name="initialUser.displayName"
          label={configure.displayName}
          value={form["initialUser.displayName"] ?? person?.name ?? ""}
          error={mistakes["initialUser.displayName"]}
          autocomplete="name"
          maxlength={100}
        />
        <TextField
          name="initialUser.username"
          label={configure.username}
          hint={configure.usernameHint}
          value={form["initialUser.username"] ?? proposedUsername(person?.email ?? "")}
          error={mistakes["initialUser.username"]}
          autocomplete="off"
          maxlength={30}
        />
        <TextField
          name="initialUser.email"
          label={configure.email}
          type="email"
          value={form["initialUser.email"] ?? person?.email ?? ""}
          error={mistakes["initialUser.email"]}
          autocomplete="email"
          maxlength={254}
        />
        {panel.config.environments.length > 1 && (
          <Choice
            name="environment"
            label={configure.environment}
            options={panel.config.environments.map(({ name, description }) => ({
              value: name,
              label: description === "" ? name : description,
            }))}
            value={form["environment"]}
          />
        )}
      </div>
    </section>
  );
};
