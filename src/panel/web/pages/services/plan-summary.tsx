import type { FC } from "hono/jsx";
import type { PlanNode } from "../../../../engine/plan/plan.ts";
import { renderFailure } from "../../../../model/failure.ts";
import type { PlanResult } from "../../../runs/plan-of.ts";
import type { Texts } from "../../../texts/texts.ts";
import type { OperatorContext } from "../../route.ts";

/** What a component is called in front of people. */
export function componentName({ services }: Texts, path: string): string {
  const { component } = services;
  const [type = "", ...rest] = path.split("/");
  const name = rest.join("/");
  switch (type) {
    case "machine":
      // With one machine for everything, the placement calls it just that.
      return name === "machine" ? component.onlyMachine : component.machine(name);
    case "dns-record":
      return component.record(name);
    case "local-machine":
    case "incus-instance":
    case "proxmox-vm":
      return component.made(name);
    default:
      return path;
  }
}

function detailsOf({ because, changes, drift, failure }: PlanNode): string {
  const lines = [
    because,
    ...changes.map(({ verb, what }) => `${verb} ${what}`),
    ...drift.map((line) => `edited by hand: ${line}`),
    ...(failure === undefined ? [] : [renderFailure(failure)]),
  ];
  return lines.join("\n");
}

/** What will happen, in plain words first, and exactly for those who want it. */
export const PlanSummary: FC<{ readonly context: OperatorContext; readonly plan: PlanResult }> = ({
  context,
  plan,
}) => {
  const { review, action } = context.texts.services;
  if ("mistakes" in plan) {
    return (
      <div class="notice bad" role="alert">
        <ul>
          {Object.entries(plan.mistakes).map(([path, text]) => (
            <li>
              {path !== "" && <code>{path}</code>} {text}
            </li>
          ))}
        </ul>
      </div>
    );
  }
  if ("failure" in plan) {
    return (
      <div class="notice bad" role="alert">
        <p>{review.planFailed}</p>
        <p>{plan.failure.found}</p>
        <p>{plan.failure.next}</p>
      </div>
    );
  }
  const { nodes } = plan.plan;
  return (
    <>
      <ul>
        {nodes.map((node) => (
          <li>
            {componentName(context.texts, node.component)}: {action[node.action]}
            {node.failure !== undefined && <strong> – {node.failure.found}</strong>}
          </li>
        ))}
      </ul>
      <details>
        <summary>{review.technical}</summary>
        {nodes.map((node) => (
          <>
            <h3>
              <code>{node.component}</code>
            </h3>
            <pre tabindex={0}>{detailsOf(node)}</pre>
          </>
        ))}
      </details>
    </>
  );
};
