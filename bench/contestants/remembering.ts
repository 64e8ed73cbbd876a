import type { Bench } from "../bench.ts";
import { peakMemory } from "../memory.ts";
import type { Contestant } from "../rounds.ts";
import type { Scene } from "../scene.ts";

/** The most memory that each tool holds with nothing to do, its connections included. */
export function remembering(bench: Bench, { product, ansible }: Scene): readonly Contestant[] {
  const { signal, folder: cwd } = bench;
  return [
    {
      name: "ours",
      prepare: product.masters.end,
      work: () => peakMemory(product.vector, { env: product.env, cwd, signal }),
    },
    ...(ansible === undefined
      ? []
      : [
          {
            name: "ansible",
            prepare: ansible.masters.end,
            work: () => peakMemory(ansible.vector("packages"), { env: ansible.env, cwd, signal }),
          },
        ]),
  ];
}
