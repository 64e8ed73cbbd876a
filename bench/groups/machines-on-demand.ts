import { outcomes } from "../../checks/basic/deployer.ts";
import type { Deployer } from "../../checks/incus/deployer.ts";
import { ada, askSnac, bob, setScene, type Scene } from "../../checks/incus/scene.ts";
import { createLab } from "../../checks/driver/lab.ts";
import { Failure } from "../../src/model/failure.ts";
import type { Bench, Group } from "../bench.ts";
import type { Measurement } from "../measurement.ts";

interface Work {
  /** Milliseconds. */
  readonly duration: number;
  /** To the cluster. */
  readonly requests: number;
}

/** Applies, and makes sure that every component came out as it should. */
async function apply(deployer: Deployer, domain: string, outcome: "created" | "unchanged"): Promise<Work> {
  const begin = performance.now();
  const { events, requests } = await deployer.apply(domain);
  const duration = performance.now() - begin;
  const other = Object.entries(outcomes(events)).find(([, one]) => one !== outcome);
  if (other === undefined) return { duration, requests: requests.length };
  throw new Failure({
    code: "bench-work",
    attempted: `apply ${domain}`,
    subject: other[0],
    found: `it came out as ${other[1]}, not ${outcome}`,
    next: "A measurement counts only when the work was done.",
  });
}

const budget = { kind: "at-most", most: 15_000 } as const;

async function newInstances(bench: Bench, scene: Scene): Promise<readonly Measurement[]> {
  const { deployer } = scene;
  const taken: Work[] = [];
  for (const domain of [ada, bob]) {
    bench.report(`a new instance with snac: ${domain}`);
    await deployer.configure(domain, ["snac"]);
    taken.push(await apply(deployer, domain, "created"));
    await askSnac(scene, domain);
  }
  const [first, second] = taken as [Work, Work];
  const what = "snac on a new Incus instance, from apply to healthy over HTTPS";
  return [
    { name: `${what}, the first on a cluster`, unit: "ms", ours: [first.duration], budget },
    { name: `${what}, the next`, unit: "ms", ours: [second.duration], budget },
    { name: `${what}: requests to the cluster`, unit: "requests", ours: [second.requests] },
  ];
}

async function manyInstances(bench: Bench, { deployer }: Scene): Promise<readonly Measurement[]> {
  const domain = "many.example.org";
  const sites = Array.from({ length: bench.machines }, (_, index) => `site-${String(index + 1).padStart(2, "0")}`);
  const unprotected = Object.fromEntries(sites.map((name) => [name, false]));
  const size = { cores: 1, memory: 256, disk: 1 };
  await deployer.policy({ quota: { machines: sites.length }, protected: unprotected, sizes: { default: size } }, sites);
  await deployer.configure(domain, sites);
  const count = String(sites.length);
  bench.report(`making ${count} instances`);
  const made = await apply(deployer, domain, "created");
  const again: Work[] = [];
  for (let round = 0; round < bench.rounds; round += 1) {
    bench.report(`nothing to do on ${count} instances: ${String(round + 1)}`);
    again.push(await apply(deployer, domain, "unchanged"));
  }
  const where = `${count} Incus instances`;
  return [
    { name: `${where}: made and deployed to, on the processors of one computer`, unit: "ms", ours: [made.duration] },
    { name: `${where}: no-op, new connections`, unit: "ms", ours: again.map(({ duration }) => duration) },
    {
      name: `${where}: requests of a no-op to the cluster`,
      unit: "requests",
      ours: again.map(({ requests }) => requests),
      budget: { kind: "at-most", most: 1 },
    },
  ];
}

/** A real Incus cluster of three members makes the machines. */
export const machinesOnDemand: Group = {
  name: "on-demand",
  description: "machines that a cluster of Incus makes",
  onMachines: true,
  async measure(bench) {
    const lab = await createLab({ name: "bench-on-demand", cache: bench.cache, print: bench.report });
    try {
      const scene = await setScene(lab);
      try {
        return [...(await newInstances(bench, scene)), ...(await manyInstances(bench, scene))];
      } finally {
        await scene.close();
      }
    } finally {
      await lab.remove();
    }
  },
};
