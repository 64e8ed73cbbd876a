import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";

const program = `
  import { listenForInterrupt } from ${JSON.stringify(new URL("./interrupt.ts", import.meta.url).href)};
  const { signal } = listenForInterrupt(() => console.log("told"));
  signal.addEventListener("abort", () => console.log("aborted"));
  setInterval(() => undefined, 1000);
  console.log("ready");
`;

test("the first interruption ends in order, however many processes pass it on, and the second leaves at once", async () => {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  let begun = 0;
  let again: NodeJS.Timeout | undefined;
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    if (said === "ready\n") child.kill("SIGINT");
    if (!said.endsWith("told\n")) return;
    begun = performance.now();
    // As whoever passes it on, and then as somebody who asks again and again.
    again = setInterval(() => child.kill("SIGTERM"), 50);
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  clearInterval(again);
  assert.equal(code, 130);
  assert.equal(said, "ready\naborted\ntold\n");
  assert.ok(performance.now() - begun > 400, "what comes with the first is the same wish");
});
