import assert from "node:assert/strict";
import { test } from "node:test";
import { failureOf, linesOf } from "../../testing/fulfilled.ts";
import { deployed, mistakesWith, offers, systemWith, variablesOf } from "../../testing/services.ts";

test("the panel knows its name, its proxy, its database and its set-up link, and nothing of it is in a unit", () => {
  const system = systemWith("panel", {
    freeDomains: ["fedi.example.net", "b.example.net"],
    nameServers: ["ns.example"],
    requireSecondFactor: "staff",
  });
  assert.deepEqual(variablesOf(system, "panel-server"), {
    DATABASE_URL: "postgresql://panel_db:{secret database/panel/db}@127.0.0.1:5432/panel_db",
    FEDIPANEL_FREE_DOMAINS: "fedi.example.net,b.example.net",
    FEDIPANEL_NAME_SERVERS: "ns.example",
    FEDIPANEL_ORIGIN: "https://panel.example.org",
    FEDIPANEL_PARALLEL: "4",
    FEDIPANEL_PORT: "8090",
    FEDIPANEL_REQUIRE_SECOND_FACTOR: "staff",
    FEDIPANEL_SET_UP_FILE: "/run/secrets/set-up",
    FEDIPANEL_TRUST_PROXY: "true",
  });
  assert.doesNotMatch(linesOf(system, "panel-server.container").join("\n"), /secret panel|postgresql:\/\//);
  assert.deepEqual(system.ports["tcp/8090"], { owner: "panel-server" });
});

test("the set-up link is a secret of the panel's own name, which is told when it was made", () => {
  const { deployment } = deployed({ panel: { host: "fedi.example.net" } });
  assert.deepEqual(deployment.secrets["panel/set-up"], {
    origin: "generated",
    format: "base64url",
    length: 32,
    prefix: "https://fedi.example.net/invitations/",
    announcement: "Make the first account of FediPanel, once and within seven days, at",
  });
  assert.equal(deployment.secrets["initial-user/password"], undefined, "the link takes its place");
});

test("state and secrets of all operators are data that outlives the panel, for its own user", () => {
  assert.deepEqual(systemWith("panel").directories["/srv/fediversity/panel/data"], {
    mode: "0700",
    owner: "8090",
    group: "8090",
    data: "state, secrets and keys of FediPanel",
  });
});

test("without an offer of an image there is no panel", () => {
  const { panel: _, ...others } = offers;
  const report = failureOf(() => deployed({ panel: {} }, { offers: others }));
  assert.equal(report.code, "request-refused");
  assert.equal(report.subject, "application panel, request server");
  assert.match(report.found, /does not offer the resource panel-server/);
});

test("names are names", () => {
  assert.match(mistakesWith("panel", { nameServers: ["ns one"] }).join(), /applications\.panel\.nameServers\[0\]/);
  assert.match(mistakesWith("panel", { freeDomains: ["a,b"] }).join(), /freeDomains/);
});
