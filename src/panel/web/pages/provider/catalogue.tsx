import { usageOfApplications } from "../../../provider/application-usage.ts";
import { route, type PersonContext, type Route } from "../../route.ts";
import { providerPage } from "./frame.tsx";
import { Table } from "../../parts/table.tsx";

async function cataloguePage(context: PersonContext): Promise<Response> {
  const { panel, texts, format } = context;
  const { catalogue } = texts.provider;
  const usage = await usageOfApplications(panel.queries);
  return providerPage(
    context,
    { title: catalogue.title, at: "catalogue" },
    <>
      <p>{catalogue.introduction}</p>
      <Table caption={catalogue.caption} columns={Object.values(catalogue.columns)}>
        {panel.config.applications.map(({ name, description, version }) => (
          <tr>
            <th scope="row">{name}</th>
            <td>{description}</td>
            <td>{version ?? catalogue.noVersion}</td>
            <td>{format.number(usage.get(name) ?? 0)}</td>
          </tr>
        ))}
      </Table>
    </>,
  );
}

/** What is offered. */
export const catalogueRoutes: readonly Route[] = [
  route({ method: "GET", path: "/provider/catalogue", permission: "provider.catalogue", handle: cataloguePage }),
];
