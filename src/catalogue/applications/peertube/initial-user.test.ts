import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { execFile } from "node:child_process";

const script = fileURLToPath(new URL("initial-user.sh", import.meta.url));

/** The little of PeerTube that the script meets; the whole of it is in the check of the applications. */
interface Instance {
  /** Passwords by name. */
  readonly accounts: Map<string, string>;
  /** A path to which it answers that it cannot serve. */
  readonly broken?: string;
  /** Whether it wants a code besides the password. */
  readonly wantsCode?: boolean;
}

/** Runs the step. @returns its exit code, whether it is done, what was asked of PeerTube in order, and its last words */
async function step({ accounts, broken, wantsCode = false }: Instance) {
  const folder = await mkdtemp(join(tmpdir(), "initial-user-"));
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      const answer = (status: number, value: object): void => {
        asked.push(`${request.method ?? ""} ${path} ${String(status)}`);
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
      };
      const name = /^\/api\/v1\/accounts\/(.*)$/.exec(path)?.[1];
      const fields = new URLSearchParams(body);
      if (path === broken) answer(403, { code: "broken" });
      else if (name !== undefined) answer(accounts.has(name) ? 200 : 404, {});
      else if (path === "/api/v1/oauth-clients/local") answer(200, { client_id: "id", client_secret: "s" });
      else if (path === "/api/v1/users/token") {
        const isRight = accounts.get(fields.get("username") ?? "") === fields.get("password");
        if (isRight && wantsCode) answer(401, { code: "missing_two_factor" });
        else if (isRight) answer(200, { access_token: "t" });
        else answer(400, { code: "invalid_grant" });
      } else if (path === "/api/v1/users") {
        const made = JSON.parse(body) as { username: string; password: string };
        accounts.set(made.username, made.password);
        answer(200, {});
      } else answer(204, {});
    });
  });
  const listening = Promise.withResolvers<undefined>();
  server.listen(0, "127.0.0.1", () => listening.resolve(undefined));
  await listening.promise;
  try {
    const profile = { host: "h", username: "ada", email: "a@h", channel: "c", displayName: "Ada" };
    await writeFile(join(folder, "profile.json"), JSON.stringify(profile));
    await writeFile(join(folder, "password"), "given");
    await writeFile(join(folder, "root"), "roots");
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const mark = join(folder, "mark");
    const env = { ...process.env, CREDENTIALS_DIRECTORY: folder };
    const { code, stderr } = await new Promise<{ code: number; stderr: string }>((resolve) => {
      execFile("sh", [script, url, join(folder, "profile.json"), mark], { env }, (error, _stdout, said) =>
        resolve({ code: error === null ? 0 : 1, stderr: said }),
      );
    });
    return { code, done: existsSync(mark), asked, said: stderr.trim().split("\n").at(-1) ?? "" };
  } finally {
    server.close();
    server.closeAllConnections();
    await rm(folder, { recursive: true, force: true });
  }
}

test("a new instance gets the account, by root, and one can log in with it", async () => {
  const accounts = new Map([["root", "roots"]]);
  const { code, done, asked } = await step({ accounts });
  assert.deepEqual([code, done, accounts.get("ada")], [0, true, "given"]);
  assert.deepEqual(asked.at(-1), "PUT /api/v1/users/me 204");
});

test("an instance that was elsewhere before keeps its passwords, of the account and of root", async () => {
  const accounts = new Map([
    ["root", "changed"],
    ["ada", "changed too"],
  ]);
  const { code, done, asked } = await step({ accounts });
  assert.deepEqual([code, done, accounts.get("ada")], [0, true, "changed too"]);
  assert.ok(asked.every((one) => !one.startsWith("PUT")));
});

test("an account that wants a code as well was in use before", async () => {
  const { code, done, asked } = await step({ accounts: new Map([["ada", "given"]]), wantsCode: true });
  assert.deepEqual([code, done, asked.at(-1)], [0, true, "POST /api/v1/users/token 401"]);
});

test("an account whose making was interrupted is completed", async () => {
  const accounts = new Map([
    ["root", "roots"],
    ["ada", "given"],
  ]);
  const { code, done, asked } = await step({ accounts });
  assert.deepEqual([code, done, asked.at(-1)], [0, true, "PUT /api/v1/users/me 204"]);
});

test("whatever else goes wrong is not taken for an account that is there", async () => {
  for (const broken of ["/api/v1/oauth-clients/local", "/api/v1/users/token", "/api/v1/accounts/ada"]) {
    const known = await step({ accounts: new Map([["ada", "given"]]), broken });
    assert.deepEqual([known.code === 0, known.done], [false, false], broken);
  }
  const rootless = await step({ accounts: new Map([["root", "changed"]]) });
  assert.deepEqual([rootless.code === 0, rootless.done], [false, false]);
  assert.match(rootless.said, /PeerTube answered 400 to POST \/api\/v1\/users\/token/);
});
