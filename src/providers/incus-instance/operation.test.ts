import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal } from "./answer.ts";
import type { Client } from "./client.ts";
import { followOperation, perform, runningOperations } from "./operation.ts";

/** A server that gives these answers, in order; words are refusals. */
function answering(answers: readonly unknown[]) {
  const asked: string[] = [];
  const told: string[] = [];
  const left = [...answers];
  const client: Client = {
    server: "https://one",
    ask(request) {
      asked.push(`${request.method} ${request.path.replace(/\?.*/, "")}`);
      const answer = left.shift();
      if (typeof answer === "string") {
        const code = answer.includes("not found") ? 404 : 400;
        return Promise.reject(refusal("https://one", request, { code, words: answer }, "test"));
      }
      return Promise.resolve(
        typeof answer === "object" && answer !== null && "operation" in answer
          ? { type: "async", operation: String(answer.operation), metadata: {} }
          : { type: "sync", metadata: answer },
      );
    },
    text: () => Promise.resolve(""),
  };
  const { signal } = new AbortController();
  return { asked, told, following: { client, project: "p", signal, onProgress: (text: string) => told.push(text) } };
}

const running = { status_code: 103, err: "", metadata: { create_instance_from_image_unpack_progress: "Unpack: 45%" } };
const done = { status_code: 200, err: "" };

test("an operation is followed with what it says of itself, whichever way the server answers a wait", async () => {
  const { asked, told, following } = answering([running, "context deadline exceeded", running, done]);
  await followOperation(following, "x", "make it");
  assert.deepEqual(told, ["Unpack: 45%", "Unpack: 45%"]);
  const wait = "GET /1.0/operations/x/wait";
  assert.deepEqual(asked, [wait, wait, "GET /1.0/operations/x", wait]);
});

test("one that failed says so in Incus's words, and one that is forgotten has ended", async () => {
  const failed = answering([{ status_code: 400, err: "No space left on device", description: "Creating instance" }]);
  await assert.rejects(followOperation(failed.following, "x", "make it"), {
    code: "incus-operation-failed",
    message: /Incus answered: No space left on device/,
  });
  await followOperation(answering(["Operation not found"]).following, "x", "make it");
});

test("what is begun is made known before it is followed", async () => {
  const { asked, following } = answering([{ operation: "/1.0/operations/y?project=p" }, done]);
  const begun: string[] = [];
  await perform(following, { method: "POST", path: "/1.0/instances" }, "make it", (id) => {
    begun.push(`${id} after ${asked.join()}`);
    return Promise.resolve();
  });
  assert.deepEqual(begun, ["y after POST /1.0/instances"]);
});

test("operations that go on are found by the instance that they are about", async () => {
  const about = (id: string, status_code: number, name: string) => {
    return { id, status_code, err: "", resources: { instances: [`/1.0/instances/${name}?project=p`] } };
  };
  const all = { running: [about("a", 103, "snac"), about("b", 103, "other")], success: [about("c", 200, "snac")] };
  assert.deepEqual(await runningOperations(answering([all]).following, "snac"), ["a"]);
  assert.deepEqual(await runningOperations(answering([{}]).following, "snac"), []);
});
