/** The hosting provider's file of the benchmark: its machines are those that the file $FEDIVERSITY_BENCH_MACHINES names. */
import { readFileSync } from "node:fs";
import {
  applications,
  defineConfig,
  defineEnvironment,
  hosts,
  loginShell,
  machinePerApplication,
  offer,
} from "fediversity";
import { notice } from "./notice.ts";
import { site } from "./site.ts";

type Hosts = Extract<Parameters<typeof hosts>[0], { readonly [name: string]: unknown }>;

const machines = JSON.parse(readFileSync(process.env["FEDIVERSITY_BENCH_MACHINES"] ?? "", "utf8")) as Hosts;
const known = new Set(applications.map(({ name }) => name));

export default defineConfig({
  applications: [
    ...applications,
    ...Object.keys(machines)
      .filter((name) => !known.has(name))
      .map((name) => site(name)),
  ],
  environments: [
    defineEnvironment({
      name: "machines",
      description: "The machines of the benchmark",
      offers: { shell: offer(loginShell, { username: "operator" }), notice: offer(notice, {}) },
      placement: machinePerApplication,
      machines: hosts(machines),
    }),
  ],
});
