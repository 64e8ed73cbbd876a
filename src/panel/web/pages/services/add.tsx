import { page } from "../../answer.tsx";
import { route, type OperatorContext } from "../../route.ts";
import { offeredIn } from "./offered.ts";

/** The catalogue: what can be added. */
export const add = route({
  method: "GET",
  path: "/operators/:operator/add",
  permission: "configuration.write",
  handle(context: OperatorContext) {
    const { operator, panel, texts } = context;
    const { add: words } = texts.services;
    const lacking = new Set(
      panel.config.applications.filter((one) => !offeredIn(panel.config, one)).map(({ name }) => name),
    );
    return page(
      context,
      { title: words.title, operator, here: "add" },
      <>
        <p>{words.text}</p>
        <ul class="cards">
          {panel.config.applications.map(({ name, title, description, version }) => (
            <li class="card">
              <h2>{title}</h2>
              <p>{description}</p>
              {version !== undefined && <p class="muted">{version}</p>}
              {lacking.has(name) ? (
                <p class="muted">{words.lacking}</p>
              ) : (
                <p>
                  <a class="button" href={`/operators/${operator.id}/add/${name}`}>
                    {words.configure(title)}
                  </a>
                </p>
              )}
            </li>
          ))}
        </ul>
      </>,
    );
  },
});
