import { storageMutations } from "../doubles/pixelfed/pixelfed.contract.ts";
import { caseScript, faultOf } from "../doubles/mutation-case.ts";
import { environmentOf, imageOf, runCases } from "./run-cases.ts";
import type { Scene } from "./scene.ts";

const processes: Readonly<Record<string, { readonly container: string; readonly command?: readonly string[] }>> = {
  web: { container: "pixelfed-web" },
  horizon: { container: "pixelfed-worker", command: ["php", "artisan", "horizon"] },
  schedule: { container: "pixelfed-scheduler", command: ["php", "artisan", "schedule:work"] },
  migrate: { container: "pixelfed-web", command: ["php", "artisan", "migrate", "--force"] },
};

/** Breaks a copy of Pixelfed's folder once for each of its mutations. @returns what was not refused as it should be */
export async function brokenStorage({ lab, targets }: Scene): Promise<readonly string[]> {
  const machine = targets.pixelfed;
  const copy = "/root/broken-storage";
  const inside = "/var/www/html/storage";
  const faults: string[] = [];
  for (const { process, description, breakIt, refusal } of storageMutations) {
    const { container, command } = processes[process] ?? { container: "" };
    const image = await imageOf(machine, container);
    const environment = await environmentOf(machine, container);
    // The keys, which are mounted over the folder, become a part of it.
    await machine.succeed(`set -eu; rm -rf ${copy}; cp -a /srv/fediversity/pixelfed/storage ${copy}; cd ${copy}
cp -p /etc/fediversity/containers/${container}${inside}/oauth-*.key .
chown 33:33 oauth-*.key; chmod 0600 oauth-*.key
${breakIt}`);
    const own: string[] = [];
    for (const [index, word] of image.arguments.entries()) {
      if (image.arguments[index + 1]?.includes(`:${inside}`) === true && word === "-v") continue;
      if (!word.includes(`:${inside}`)) own.push(word);
    }
    const one = {
      name: `pixelfed ${process}, ${description}`,
      refusal,
      script: caseScript(environment, [...image.entrypoint, ...(command ?? image.command)]),
    };
    const changed = { ...image, arguments: [...own, "-v", `${copy}:${inside}`] };
    const [result] = await runCases(lab, machine, { container, image: changed, cases: [one] });
    const fault = result === undefined ? `${one.name}: was not tried` : faultOf(one, result, environment);
    if (fault !== undefined) faults.push(fault);
  }
  await machine.succeed(["rm", "-rf", copy]);
  return faults;
}
