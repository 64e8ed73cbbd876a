import { Failure } from "../../model/failure.ts";
import { run } from "../../providers/process/run.ts";
import type { StepProgress } from "../terminal/steps.ts";

/** Reads what apt-get(8) prints while it works. */
export function aptProgress(): (line: string) => StepProgress | undefined {
  let total: number | undefined;
  let done = 0;
  return (line) => {
    const [, news] = /(\d+) newly installed/.exec(line) ?? [];
    if (news !== undefined) total = Number(news);
    // Of a package: number, archive, suite, architecture, name, architecture, version and size.
    const [, fetched] = /^Get:\d+ \S+ \S+ \S+ (\S+) \S+ \S+ \[/.exec(line) ?? [];
    if (fetched !== undefined) return { text: `fetching ${fetched}` };
    const [, ready] = /^Setting up (\S+)/.exec(line) ?? [];
    if (ready === undefined) return undefined;
    done += 1;
    return { text: `installing ${ready}`, done, ...(total === undefined ? {} : { total }) };
  };
}

async function aptGet(args: readonly string[], report: (progress: StepProgress) => void): Promise<void> {
  const progress = aptProgress();
  // In a session of its own Ctrl-C does not reach dpkg, which must not stop halfway through a package.
  const command = ["--wait", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120", "-o", "Dpkg::Use-Pty=0", ...args];
  const { code, stdout, stderr } = await run("setsid", command, {
    env: { ...(process.env as Record<string, string>), DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C.UTF-8" },
    onLine(line) {
      const said = progress(line);
      if (said !== undefined) report(said);
    },
  });
  if (code === 0) return;
  const errors = stderr.split("\n").filter((line) => /^[EW]:/.test(line));
  const offline =
    /Could not resolve|Temporary failure resolving|Failed to fetch|Unable to connect|Could not connect/.test(stderr);
  throw new Failure({
    code: offline ? "no-network" : "command-failed",
    attempted: "install Debian packages",
    subject: `apt-get ${args.join(" ")}`,
    found: offline ? "Debian's packages cannot be reached" : `it ended with exit code ${String(code)}`,
    next: offline
      ? "Check the network and /etc/apt/sources.list, then start again: it continues where it stopped."
      : "Mend what apt says, then start again: it continues where it stopped.",
    details: (errors.length > 0 ? errors : `${stdout}\n${stderr}`.trim().split("\n")).slice(-8),
  });
}

/**
 * Installs Debian packages on this computer.
 * @throws Failure `no-network`, `command-failed`
 */
export async function installPackages(
  names: readonly string[],
  report: (progress: StepProgress) => void,
): Promise<void> {
  report({ text: "fetching lists" });
  // Lists that cannot be refreshed may still do; whether they do, the installation tells.
  await aptGet(["update", "-o", "APT::Update::Error-Mode=any"], report);
  report({ text: `installing ${names.join(", ")}` });
  await aptGet(["install", "--yes", "--no-install-recommends", ...names], report);
}
