import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../main.ts", import.meta.url));
const sample = fileURLToPath(new URL("../../../configuration.sample.json", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "terminal-"));
after(() => rmSync(folder, { recursive: true }));

/** Runs the command on a pseudo terminal, as script(1) makes one, and types an answer once it is asked for. */
function onTerminal(options: {
  readonly args: string;
  readonly question?: string;
  readonly answer?: string;
  readonly env?: Readonly<Record<string, string>>;
}): Promise<{ readonly code: number | null; readonly shown: string }> {
  const { args, question = "[y/N]", answer, env = {} } = options;
  return new Promise((resolve, reject) => {
    const child = spawn("script", ["-qec", `"$NODE" "$MAIN" ${args} -c "$SAMPLE"`, "/dev/null"], {
      cwd: folder,
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: folder,
        TERM: "xterm",
        NODE: process.execPath,
        MAIN: main,
        SAMPLE: sample,
        ...env,
      },
      stdio: ["pipe", "pipe", "inherit"],
    });
    let shown = "";
    let asked = false;
    child.stdout.on("data", (chunk: Buffer) => {
      shown += chunk.toString();
      if (asked || answer === undefined || !shown.includes(question)) return;
      asked = true;
      child.stdin.write(answer);
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, shown }));
  });
}

test("on a terminal changes are asked about, and only a yes is one", async () => {
  const [no, enter, interrupt, yes] = await Promise.all(
    ["n\r", "\r", "\u0003", "y\r"].map((answer) => onTerminal({ args: "rollback", answer })),
  );
  assert.deepEqual(
    [no, enter, interrupt, yes].map((ended) => ended?.code),
    [1, 1, 130, 1],
  );
  assert.match(no?.shown ?? "", /\[declined\][\s\S]*Nothing was changed/);
  assert.match(interrupt?.shown ?? "", /\[interrupted\][\s\S]*Nothing was changed/);
  // Past the question there is nothing to go back to.
  assert.match(yes?.shown ?? "", /\[rollback-unsupported\]/);
});

test("a terminal gets a live view in colours, as far as it and its owner want them", async () => {
  const [live, dumb, plain] = await Promise.all([
    onTerminal({ args: "status" }),
    onTerminal({ args: "status", env: { TERM: "dumb" } }),
    onTerminal({ args: "status", env: { NO_COLOR: "1" } }),
  ]);
  assert.ok(live.shown.includes("\u001B[?2026h"));
  const { domain } = JSON.parse(readFileSync(sample, "utf8")) as { domain: string };
  assert.ok(live.shown.includes(`\u001B[1m${domain}\u001B[22m`));
  assert.ok(live.shown.endsWith("\u001B[?25h") || live.shown.includes("\u001B[?25h"), "the cursor comes back");
  assert.ok(!dumb.shown.includes("\u001B"), JSON.stringify(dumb.shown));
  assert.ok(!/\u001B\[\d*m/.test(plain.shown), JSON.stringify(plain.shown));
});
