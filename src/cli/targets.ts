/**
 * Finds the components that targets of the command line mean: a path, or the name of a machine or other component.
 * What fits nothing stays as a machine's path, so that the engine can name what is near.
 */
export function targetPaths(
  targets: readonly string[] | undefined,
  known: Iterable<string>,
): readonly string[] | undefined {
  const paths = [...known];
  return targets?.flatMap((target) => {
    if (target.includes("/")) return [target];
    const machine = `machine/${target}`;
    const others = paths.filter((path) => path.endsWith(`/${target}`));
    return paths.includes(machine) || others.length === 0 ? [machine] : others;
  });
}
