import assert from "node:assert/strict";
import { test } from "node:test";
import type { Measurement } from "../measurement.ts";
import { renderPage } from "./page.ts";
import { renderPlot } from "./plot.ts";
import { markdownTable, textTable } from "./table.ts";

const measured: readonly Measurement[] = [
  {
    name: "no-op on <2> machines",
    against: "Ansible",
    unit: "ms",
    ours: [100],
    peer: [1000],
    budget: { kind: "times-less", least: 8 },
  },
  { name: "no-op", against: "pyinfra", unit: "ms", ours: [100], skipped: "there is no pip" },
  { name: "bytes", unit: "B", ours: [2000], budget: { kind: "at-most", most: 1000 } },
];

test("tables show every measurement with its spread and its verdict", () => {
  const text = textTable(measured).split("\n");
  assert.equal(text.length, 4);
  assert.match(text[1] ?? "", /100 ms–100 ms .* 10\.0 × +ratio ≥ 8 +yes$/);
  assert.match(text[2] ?? "", /not measured: there is no pip/);
  assert.match(text[3] ?? "", /2\.00 kB .* ours ≤ 1\.00 kB +NO$/);
  const columns = markdownTable(measured)
    .split("\n")
    .map((line) => line.split(" | ").length);
  assert.deepEqual(new Set(columns), new Set([8]));
});

test("the plot shows what has a peer, on an axis of powers of ten, and its text is well-formed", () => {
  const plot = renderPlot(measured);
  assert.equal([...plot.matchAll(/<circle/g)].length, 4, "two in the legend, two for the one row");
  assert.match(plot, /no-op on &lt;2&gt; machines/);
  assert.match(plot, />100 ms<.*\n.*>1 s</);
  const [, ours = ""] = /<circle cx="([\d.]+)" cy="[\d.]+" r="6" fill="#0b6e4f"\/><text x="952"/.exec(plot) ?? [];
  const [, tick = ""] = /<line x1="([\d.]+)"[^>]*\/><text[^>]*>100 ms</.exec(plot) ?? [];
  assert.equal(ours, tick, "a dot for 100 ms lies on the line for 100 ms");
  assert.match(renderPlot([]), /<svg/);
});

test("the page names what is not met and what was not measured", () => {
  const page = renderPage({
    measured,
    computer: {
      processors: 2,
      processor: "p",
      memory: 8e9,
      system: "Debian",
      kernel: "6.1",
      node: "24",
      ssh: "OpenSSH",
    },
    load: { average: 0.1, busy: 0 },
    peers: { ansible: { version: "2.14" }, pyinfra: { missing: "there is no pip" } },
    options: { rounds: 5, machines: 24 },
    date: new Date("2026-01-02T03:04:05Z"),
  });
  assert.match(page, /^- Date: 2026-01-02\.$/m);
  assert.match(page, /^1 of 2 budgets are met\.$/m);
  assert.match(page, /^- bytes: 2\.00 kB; the budget is ours ≤ 1\.00 kB\.$/m);
  assert.match(page, /ansible-core 2\.14, there is no pip/);
});
