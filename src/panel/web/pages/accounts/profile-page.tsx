import type { FC } from "hono/jsx";
import { sessionsOf, type ListedSession } from "../../../accounts/sessions.ts";
import { waysBackOf } from "../../../accounts/ways-back.ts";
import { languageNames, languages } from "../../../texts/language.ts";
import { page } from "../../answer.tsx";
import { Choice, ErrorSummary, Form, TextField, type FieldErrors } from "../../parts/form.tsx";
import type { PersonContext } from "../../route.ts";
import { agentName } from "./agent-name.ts";
import { WaysBackList } from "./ways-back-list.tsx";
import { Table } from "../../parts/table.tsx";

/** What the page says beside what it shows. */
export interface ProfileState {
  readonly errors?: FieldErrors;
  readonly status?: 200 | 422;
}

/** What was done before the browser was sent here, by the word in the address. */
const said = { saved: "saved", ended: "ended", "ended-others": "endedOthers", "way-back": "endedWayBack" } as const;

const SessionRow: FC<{ readonly context: PersonContext; readonly session: ListedSession }> = ({ context, session }) => {
  const { texts, format, panel, actor } = context;
  const { profile } = texts.accounts;
  const name = agentName(session.agent) ?? profile.unknownBrowser;
  return (
    <tr>
      <th scope="row">
        {name}
        {session.id === actor.session && <span class="state good">{profile.thisOne}</span>}
      </th>
      <td>{session.address}</td>
      <td>
        <time datetime={session.started.toISOString()}>{format.dateTime(session.started)}</time>
      </td>
      <td>
        <time datetime={session.used.toISOString()} title={format.dateTime(session.used)}>
          {format.ago(session.used, panel.now())}
        </time>
      </td>
      <td>
        {session.id !== actor.session && (
          <Form context={context} action="/profile/sessions/end">
            <input type="hidden" name="id" value={session.id} />
            <button type="submit" class="quiet" aria-label={profile.endOf(name)}>
              {profile.end}
            </button>
          </Form>
        )}
      </td>
    </tr>
  );
};

const Sessions: FC<{ readonly context: PersonContext; readonly sessions: readonly ListedSession[] }> = ({
  context,
  sessions,
}) => {
  const { profile } = context.texts.accounts;
  return (
    <>
      <Table
        caption={profile.sessionsCaption}
        columns={[profile.browser, profile.from, profile.started, profile.used, profile.actions]}
      >
        {sessions.map((session) => (
          <SessionRow context={context} session={session} />
        ))}
      </Table>
      {sessions.length > 1 && (
        <Form context={context} action="/profile/sessions/end-others">
          <p class="actions">
            <button type="submit" class="secondary">
              {profile.endOthers}
            </button>
          </p>
        </Form>
      )}
    </>
  );
};

const Operators: FC<{
  readonly context: PersonContext;
  readonly operators: readonly { readonly id: string; readonly name: string }[];
}> = ({ context, operators }) => {
  const { texts, actor } = context;
  const { profile, roles } = texts.accounts;
  return (
    <>
      <h2>{profile.operators}</h2>
      <ul class="cards">
        {operators.map(({ id, name }) => (
          <li class="card">
            <h3>{name}</h3>
            <p>{roles[actor.memberships.get(id) ?? "viewer"]}</p>
            <p class="actions">
              <a class="button secondary" href={`/operators/${id}/services`}>
                {profile.open(name)}
              </a>
              <a class="button quiet" href={`/operators/${id}/leave`} aria-label={profile.leaveOf(name)}>
                {profile.leave}
              </a>
            </p>
          </li>
        ))}
      </ul>
    </>
  );
};

/** What a person sees and changes about themselves. */
export async function profilePage(context: PersonContext, state: ProfileState = {}): Promise<Response> {
  const { panel, actor, texts, language, form, http } = context;
  const { errors = {}, status = 200 } = state;
  const { profile } = texts.accounts;
  const done = http.req.query("done") as keyof typeof said | undefined;
  const sessions = await sessionsOf(panel.queries, actor.id, panel.now());
  const ways = await waysBackOf(panel.queries, actor.id, panel.now());
  const ids = [...actor.memberships.keys()];
  const operators =
    ids.length === 0
      ? []
      : await panel.queries
          .selectFrom("operator")
          .select(["id", "name"])
          .where("id", "in", ids)
          .orderBy("name")
          .execute();
  return await page(
    context,
    { title: texts.shell.profile, here: "profile", status },
    <>
      <ErrorSummary context={context} errors={errors} />
      {done !== undefined && Object.hasOwn(said, done) && (
        <p class="notice good" role="status">
          {profile[said[done]]}
        </p>
      )}
      <h2>{profile.you}</h2>
      <Form context={context} action="/profile">
        <dl class="facts">
          <dt>{profile.email}</dt>
          <dd>{actor.email}</dd>
        </dl>
        <TextField
          name="name"
          label={profile.name}
          autocomplete="name"
          maxlength={100}
          value={form["name"] ?? actor.name}
          error={errors["name"]}
          required
        />
        <Choice
          name="language"
          label={profile.language}
          options={languages.map((value) => ({ value, label: languageNames[value] }))}
          value={form["language"] ?? language}
          error={errors["language"]}
        />
        <p class="actions">
          <button type="submit">{texts.shell.save}</button>
        </p>
      </Form>
      {operators.length > 0 && <Operators context={context} operators={operators} />}
      <h2>{profile.security}</h2>
      <p>{profile.securityText}</p>
      <p>
        <a class="button secondary" href="/profile/security">
          {profile.securityOpen}
        </a>
      </p>
      <WaysBackList context={context} ways={ways} />
      <h2>{profile.sessions}</h2>
      <Sessions context={context} sessions={sessions} />
    </>,
  );
}
