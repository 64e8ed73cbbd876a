import type { FC } from "hono/jsx";
import { listRuns } from "../../../provider/all-runs.ts";
import { listMachines, lookAtQueue, needingAttention, type ListedMachine } from "../../../provider/overview.ts";
import { route, type PersonContext, type Route } from "../../route.ts";
import { Ago } from "../../parts/state.tsx";
import { providerPage } from "./frame.tsx";
import { pageLength, pageNumber, Paging } from "./paging.tsx";
import { RunTable } from "./run-table.tsx";
import { Table } from "../../parts/table.tsx";

const looks = { healthy: "good", unhealthy: "bad", unreachable: "bad", missing: "bad" } as const;
const week = 7 * 24 * 3_600_000;

const Machines: FC<{ readonly context: PersonContext; readonly machines: readonly ListedMachine[] }> = ({
  context,
  machines,
}) => {
  const { texts, format } = context;
  const { overview } = texts.provider;
  return (
    <Table caption={overview.machinesHint} columns={Object.values(overview.machineColumns)}>
      {machines.map((machine) => (
        <tr>
          <th scope="row">{machine.name}</th>
          <td>{machine.address ?? overview.unknown}</td>
          <td>
            <span class={`state ${looks[machine.state]}`}>{overview.machineState[machine.state]}</span>
          </td>
          <td>{machine.freeBytes === null ? overview.unknown : format.bytes(machine.freeBytes)}</td>
          <td>{machine.generation === null ? overview.unknown : format.number(machine.generation)}</td>
          <td>
            {machine.domain}, <a href={`/provider/operators/${machine.operator}`}>{machine.operatorName}</a>
          </td>
          <td>
            <Ago context={context} time={new Date(machine.at)} />
          </td>
        </tr>
      ))}
    </Table>
  );
};

async function overviewPage(context: PersonContext): Promise<Response> {
  const { panel, texts, format } = context;
  const { queries } = panel;
  const { overview } = texts.provider;
  const now = panel.now();
  const { machines, total, unwell } = await listMachines(queries, {
    limit: pageLength,
    offset: (pageNumber(context) - 1) * pageLength,
  });
  const queue = await lookAtQueue(queries);
  const failed = await listRuns(queries, { status: "failed", since: new Date(now - week), limit: 20 });
  const attention = await needingAttention(queries, now, 20);
  return providerPage(
    context,
    { title: overview.title, at: "overview" },
    <>
      <section>
        <h2>{overview.queue}</h2>
        <dl class="facts">
          <dt>{overview.running}</dt>
          <dd>{format.number(queue.running)}</dd>
          <dt>{overview.waiting}</dt>
          <dd>{format.number(queue.waiting)}</dd>
          {queue.oldest !== undefined && (
            <>
              <dt>{overview.oldest}</dt>
              <dd>
                <Ago context={context} time={queue.oldest} />
              </dd>
            </>
          )}
        </dl>
      </section>
      <section>
        <h2>{overview.attention}</h2>
        {attention.length === 0 ? (
          <p class="notice good">{overview.noAttention}</p>
        ) : (
          <ul>
            {attention.map(({ operator, name, reason, domain, run }) => (
              <li>
                <a href={`/provider/operators/${operator}`}>{name}</a>: {overview.reasons[reason](domain ?? "")}
                {run !== null && (
                  <>
                    {" "}
                    <a href={`/provider/deployments/${run}`}>{overview.look(domain ?? "")}</a>
                  </>
                )}
              </li>
            ))}
          </ul>
        )}
      </section>
      <section>
        <h2>{overview.failed}</h2>
        {failed.total === 0 ? (
          <p class="empty">{overview.noFailed}</p>
        ) : (
          <RunTable context={context} runs={failed.runs} caption={overview.failedHint(format.number(failed.total))} />
        )}
      </section>
      <section>
        <h2>{overview.machines}</h2>
        {total === 0 ? (
          <p class="empty">{overview.noMachines}</p>
        ) : (
          <>
            <p>{overview.machinesSum(format.number(total), format.number(unwell))}</p>
            <Machines context={context} machines={machines} />
            <Paging context={context} total={total} />
          </>
        )}
      </section>
    </>,
  );
}

/** The first page of the hosting provider. */
export const overviewRoutes: readonly Route[] = [
  route({ method: "GET", path: "/provider", permission: "provider.overview", handle: overviewPage }),
];
