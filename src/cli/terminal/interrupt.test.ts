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
  let again = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    if (said === "ready\n") child.kill("SIGINT");
    if (!said.endsWith("told\n")) return;
    child.kill("SIGINT");
    setTimeout(() => {
      again = performance.now();
      child.kill("SIGTERM");
    }, 700);
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  assert.equal(code, 130);
  assert.ok(again > 0, "it left before it was asked again");
  assert.equal(said, "ready\naborted\ntold\n");
});
