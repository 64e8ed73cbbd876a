// npm run test-loop: runs the tests of evaluation (the pure layers) again at every save.
import { spawnSync } from "node:child_process";
import { globSync, watch } from "node:fs";
import path from "node:path";

const layers = ["model", "system", "catalogue"];
const program = path.join(import.meta.dirname, "testing", "run-tests.ts");

/** A new process each time, because a module that is loaded once stays as it was. */
function runTests(saved: string): void {
  const files = globSync(`src/{${layers.join(",")}}/**/*.test.ts`);
  const began = performance.now();
  process.stdout.write(process.stdout.isTTY ? "\u001B[2J\u001B[3J\u001B[H" : "\n");
  spawnSync(process.execPath, [...process.execArgv, program, ...files], { stdio: "inherit" });
  console.log(`${String(Math.round(performance.now() - began))} ms, ${saved}. Waiting for the next save; Ctrl-C ends.`);
}

/** Editors save in several steps: the tests run when it is quiet. */
let pending: NodeJS.Timeout | undefined;
for (const layer of layers) {
  watch(path.join("src", layer), { recursive: true }, (_event, file) => {
    if (file?.endsWith(".ts") !== true) return;
    clearTimeout(pending);
    pending = setTimeout(runTests, 30, `after ${path.join("src", layer, file)} was saved`);
  });
}
runTests("first run");
