import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { suite, test, type TestContext } from "node:test";
import type { HealthCheckInput } from "../../../model/health.ts";
import { healthFiles } from "../../../system/health-files.ts";
import { System } from "../../../system/system.ts";
import { type RootlessMachine, rootlessMachine } from "../testing/rootless-machine.ts";

interface Served {
  readonly port: number;
  /** A port that nobody listens on. */
  readonly closed: number;
  readonly asked: string[];
}

/** A server with a path for every way to answer. */
async function serve(context: TestContext): Promise<Served> {
  const asked: string[] = [];
  let slow = 0;
  const server = createServer((request, response) => {
    const { url = "", headers } = request;
    asked.push(`${request.method ?? ""} ${url} ${headers.host ?? ""} ${headers["user-agent"] ?? ""}`);
    if (url === "/never") return;
    if (url === "/third" && (slow += 1) < 3) response.statusCode = 503;
    if (url.startsWith("/bad")) response.statusCode = 503;
    if (url === "/moved") response.writeHead(302, { location: "/ok" });
    response.end("x".repeat(url === "/ok?large=1" ? 1_000_000 : 3));
  });
  const gone = createServer();
  for (const one of [server, gone]) {
    one.listen(0, "127.0.0.1");
    await once(one, "listening");
  }
  const [port, closed] = [server, gone].map((one) => (one.address() as AddressInfo).port) as [number, number];
  gone.close();
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port, closed, asked };
}

async function withChecks(context: TestContext, health: Record<string, HealthCheckInput>): Promise<RootlessMachine> {
  const machine = rootlessMachine(context);
  await machine.run('mkdir -p "$base/generations/1/health" "$1/run"', machine.folder);
  for (const [name, text] of healthFiles(System.parse({ health }).health))
    machine.write(`var/lib/fediversity/generations/1/health/${name}`, text);
  return machine;
}

// Most of the time here is spent waiting for other processes.
suite("the machine's program, asking for health", { concurrency: true }, () => {
  test("each kind of check says what it found", async (context) => {
    const { port, closed, asked } = await serve(context);
    const http = { kind: "http", port } as const;
    const machine = await withChecks(context, {
      "a-right": { ...http, path: "/ok?large=1", host: "social.example.org" },
      "b-wrong": { ...http, path: "/bad" },
      "c-wanted": { ...http, path: "/moved", status: 302 },
      "d-closed": { kind: "http", port: closed, path: "/" },
      "e-tcp": { kind: "tcp", port },
      "f-tcp-closed": { kind: "tcp", port: closed },
      "g-command": {
        kind: "command",
        command: ["sh", "-c", 'test "$1" = "$2" && echo "$1"', "sh", "a  b $x", "a  b $x"],
      },
      "h-command": { kind: "command", command: ["sh", "-c", "echo first; printf 'last \\033[1mline'; exit 3"] },
      "i-missing": { kind: "command", command: ["/nonexistent/probe"] },
    });
    const said = await machine.run("health_now 1");
    const lines = said.stdout.trimEnd().split("\n");
    assert.deepEqual(lines.toSpliced(3, 1).toSpliced(4, 1).toSpliced(-1), [
      "health a-right ok HTTP status 200, expected 200",
      "health b-wrong bad HTTP status 503, expected 200",
      "health c-wanted ok HTTP status 302, expected 302",
      "health e-tcp ok ",
      "health g-command ok a  b $x",
      "health h-command bad last [1mline",
    ]);
    assert.match(lines[3] ?? "", /^health d-closed bad .*Connection refused/);
    assert.match(lines[5] ?? "", /^health f-tcp-closed bad .*Connection refused/);
    assert.match(lines[8] ?? "", /^health i-missing bad .*No such file or directory/);
    assert.equal(asked[0], "GET /ok?large=1 social.example.org fediversity-health");
    const quiet = await machine.run("health_now 1 quiet");
    assert.equal(quiet.stdout.split("\n")[0], "health a-right ok");
    assert.deepEqual(machine.list("run"), [], "nothing is left behind");
  });

  test("a check is tried until it passes, and one that does not until its deadline, with its own words", async (context) => {
    const { port, asked } = await serve(context);
    const http = { kind: "http", port } as const;
    const machine = await withChecks(context, {
      a: { ...http, path: "/third", deadline: 60 },
      b: { ...http, path: "/bad/b", deadline: 1 },
      c: { ...http, path: "/bad/c", deadline: 1, status: 201 },
      d: { ...http, path: "/ok", deadline: 1 },
    });
    const began = performance.now();
    const { stdout } = await machine.run("health_until 1");
    assert.ok(performance.now() - began < 5000);
    const times = (path: string): number => asked.filter((line) => line.startsWith(`GET ${path} `)).length;
    assert.deepEqual([times("/third"), times("/ok")], [3, 1]);
    assert.ok(times("/bad/c") > 0, "it was tried though the deadline was over when its turn came");
    assert.deepEqual(stdout.split("\n"), [
      "health b HTTP status 503, expected 200",
      "health c HTTP status 503, expected 201",
      "",
    ]);
  });

  test("one that gets no answer is ended, and counts as failed", async (context) => {
    const { port, asked } = await serve(context);
    const machine = await withChecks(context, {
      http: { kind: "http", port, path: "/never" },
      command: { kind: "command", command: ["/bin/sleep", "30"] },
    });
    const { stdout } = await machine.run(
      `
    # The first needs time to ask.
    health_once 1 http 3 "$1/out" || echo "http $? $(wc -c <"$1/out")"
    health_once 1 command 0.2 "$1/out" || echo "command $? $(wc -c <"$1/out")"
    echo 'unheard of' >"$base/generations/1/health/new"
    health_once 1 new 1 "$1/out" || cat "$1/out"`,
      machine.folder,
    );
    assert.equal(stdout, "http 124 0\ncommand 124 0\nunknown kind of check: unheard\n");
    assert.equal(asked.length, 1);
  });
});
