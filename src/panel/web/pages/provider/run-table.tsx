import type { FC } from "hono/jsx";
import type { ProviderRun } from "../../../provider/all-runs.ts";
import type { PersonContext } from "../../route.ts";
import { Ago, StatusOf } from "../../parts/state.tsx";
import { Table } from "../../parts/table.tsx";

/** Deployments of several operators. */
export const RunTable: FC<{
  readonly context: PersonContext;
  readonly runs: readonly ProviderRun[];
  readonly caption: string;
}> = ({ context, runs, caption }) => {
  const { texts, format } = context;
  const { deployments } = texts.provider;
  return (
    <Table caption={caption} columns={Object.values(deployments.columns)}>
      {runs.map((run) => (
        <tr>
          <th scope="row">
            <a href={`/provider/deployments/${run.id}`}>{run.domain}</a>
          </th>
          <td>
            <a href={`/provider/operators/${run.operator}`}>{run.operatorName}</a>
          </td>
          <td>
            <StatusOf context={context} status={run.status} />
          </td>
          <td>
            <Ago context={context} time={run.requestedAt} />
          </td>
          <td>
            {run.startedAt === null || run.finishedAt === null
              ? "–"
              : format.duration(run.finishedAt.getTime() - run.startedAt.getTime())}
          </td>
        </tr>
      ))}
    </Table>
  );
};
