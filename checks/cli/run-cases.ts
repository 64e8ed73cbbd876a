import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnvironment, type Case, type CaseResult } from "../doubles/mutation-case.ts";
import type { Lab } from "../driver/lab.ts";
import type { TestMachine } from "../driver/test-machine.ts";

/** The image of a deployed container, and how podman was told to run it. */
export interface DeployedImage {
  readonly name: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** User and group by number. */
  readonly user: string;
  /** Arguments of podman run(1) that make the container what it is: without its name, its variables and its command. */
  readonly arguments: readonly string[];
}

/** Where variables of a deployed container stand. */
const folderOf = (container: string): string => `/etc/fediversity/containers/${container}`;

/** Gives the variables that the deployment wrote for a container. */
export async function environmentOf(machine: TestMachine, container: string) {
  return parseEnvironment(await machine.readFile(`${folderOf(container)}/environment`));
}

const alone = /^(?:-d|--replace|--rm|--(?:cidfile|cgroups|sdnotify)=.*)$/;
const withValue = new Set(["--name", "--log-driver", "--env-file"]);

/** Looks how a container was deployed, wherever that stands running or stopped. */
export async function imageOf(machine: TestMachine, container: string): Promise<DeployedImage> {
  // Each word on a line of its own, as podman's generator wrote it for systemd.
  const start = await machine.succeed(["systemctl", "show", "--property=ExecStart", "--value", `${container}.service`]);
  const words = (/argv\[\]=(.*?) ; ignore_errors=/.exec(start)?.[1] ?? "").split(" ");
  const at = words.findIndex((word) => /^[a-z0-9.-]+(?:\/[a-z0-9._-]+)+:.*-sha256-[0-9a-f]{64}$/.test(word));
  assert.ok(at > 2, `${container} is started from a pinned image`);
  const name = words[at] ?? "";
  const kept: string[] = [];
  for (let index = 2; index < at; index += 1) {
    const word = words[index] ?? "";
    if (withValue.has(word)) index += 1;
    else if (!alone.test(word)) kept.push(word);
  }
  const inspected = JSON.parse(
    await machine.succeed(["podman", "image", "inspect", "--format", "{{json .Config}}", name]),
  ) as { readonly Entrypoint?: readonly string[]; readonly Cmd?: readonly string[] };
  return {
    name,
    entrypoint: inspected.Entrypoint ?? [],
    command: inspected.Cmd ?? [],
    user: words[words.indexOf("--user") + 1] ?? "",
    arguments: kept,
  };
}

/** Starts each case once, in one container that is like the deployed one. Secrets stand in files alone. */
export async function runCases(
  lab: Lab,
  machine: TestMachine,
  {
    container,
    image,
    cases,
  }: { readonly container: string; readonly image: DeployedImage; readonly cases: readonly Case[] },
): Promise<readonly CaseResult[]> {
  const local = await mkdtemp(join(lab.folder, "cases-"));
  const remote = `/root/cases-${container}`;
  const names = cases.map((_, index) => String(index).padStart(3, "0"));
  try {
    await cp(fileURLToPath(new URL("../doubles/run-cases.sh", import.meta.url)), join(local, "run"));
    for (const [index, { script, ready }] of cases.entries()) {
      await writeFile(join(local, `${names[index] ?? ""}.sh`), script, { mode: 0o600 });
      if (ready !== undefined) await writeFile(join(local, `${names[index] ?? ""}.ready`), ready);
    }
    await machine.copyFromHost(local, remote);
    await machine.succeed(`chmod 0700 ${remote} && chown -R ${image.user} ${remote}`);
    await machine.succeed(
      [
        ...["podman", "run", "--rm", ...image.arguments, "--volume", `${remote}:/cases`],
        ...["--entrypoint", "/bin/sh", image.name, "/cases/run", "/cases"],
      ],
      { timeout: 400_000 },
    );
    const results = `${local}-results`;
    await mkdir(results);
    await machine.copyFromMachine(remote, results);
    return await Promise.all(
      names.map(async (name) => {
        const read = (kind: string) => readFile(join(results, `${name}.${kind}`), "utf8");
        const served = await read("served").then(
          () => true,
          () => false,
        );
        return { code: Number(await read("code")), output: await read("out"), served };
      }),
    );
  } finally {
    await machine.succeed(["rm", "-rf", remote]);
    await rm(local, { recursive: true, force: true });
    await rm(`${local}-results`, { recursive: true, force: true });
  }
}
