import { inventory } from "../basic/scene.ts";
import { type Scene, type TargetName, targetNames } from "./scene.ts";

/** What is on each machine, as sorted lines. */
export type Inventories = Readonly<Record<TargetName, readonly string[]>>;

/** Notes everything on every machine's disk: files, packages, users, units, listening ports. */
export async function inventories({ targets }: Scene): Promise<Inventories> {
  const entries = await Promise.all(targetNames.map(async (name) => [name, await inventory(targets[name])] as const));
  return Object.fromEntries(entries) as Inventories;
}
