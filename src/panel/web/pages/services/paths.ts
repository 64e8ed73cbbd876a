/** Where a configuration's pages are. */
export function configurationPath({
  operator_id: operator,
  id,
}: {
  readonly operator_id: string;
  readonly id: string;
}): string {
  return `/operators/${operator}/configurations/${id}`;
}

/** Where the pages of one application are. */
export function applicationPath(
  configuration: { readonly operator_id: string; readonly id: string },
  application: string,
): string {
  return `${configurationPath(configuration)}/applications/${application}`;
}

/** The permanent address of a deployment. */
export function deploymentPath({
  operator_id: operator,
  id,
}: {
  readonly operator_id: string;
  readonly id: string;
}): string {
  return `/operators/${operator}/deployments/${id}`;
}
