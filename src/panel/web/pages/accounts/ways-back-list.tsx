import type { FC } from "hono/jsx";
import type { ListedWayBack } from "../../../accounts/ways-back.ts";
import { Form } from "../../parts/form.tsx";
import { Table } from "../../parts/table.tsx";
import type { PersonContext } from "../../route.ts";

function stateOf({ texts, format }: PersonContext, { used, until, open }: ListedWayBack): string {
  const { wayBack: words } = texts.accounts;
  if (used !== null) return words.usedAt(format.dateTime(used));
  return open ? words.openUntil(format.dateTime(until)) : words.ended;
}

function giverOf({ texts }: PersonContext, { giver }: ListedWayBack): string {
  const { wayBack: words } = texts.accounts;
  if (giver === "computer") return words.computer;
  return giver === undefined ? words.somebody : words.by(giver.name, giver.email);
}

const Row: FC<{ readonly context: PersonContext; readonly way: ListedWayBack }> = ({ context, way }) => {
  const { texts, format } = context;
  const { wayBack: words } = texts.accounts;
  const given = format.dateTime(way.given);
  return (
    <tr>
      <th scope="row">
        <time datetime={way.given.toISOString()}>{given}</time>
      </th>
      <td>{giverOf(context, way)}</td>
      <td>{way.withoutFactors ? words.both : words.passwordAlone}</td>
      <td>{stateOf(context, way)}</td>
      <td>
        {way.open && (
          <Form context={context} action="/profile/ways-back/end">
            <input type="hidden" name="id" value={way.id} />
            <button type="submit" class="quiet" aria-label={words.endOf(given)}>
              {words.end}
            </button>
          </Form>
        )}
      </td>
    </tr>
  );
};

/** What was done so that the person gets in again, and by whom; nothing where nothing was. */
export const WaysBackList: FC<{ readonly context: PersonContext; readonly ways: readonly ListedWayBack[] }> = ({
  context,
  ways,
}) => {
  const { wayBack: words, profile } = context.texts.accounts;
  if (ways.length === 0) return null;
  return (
    <>
      <h2>{words.listTitle}</h2>
      <p>{words.listText}</p>
      <Table caption={words.listCaption} columns={[words.made, words.madeBy, words.what, words.state, profile.actions]}>
        {ways.map((way) => (
          <Row context={context} way={way} />
        ))}
      </Table>
    </>
  );
};
