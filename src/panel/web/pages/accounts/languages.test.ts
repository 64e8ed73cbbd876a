import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { giveWayBack } from "../../../accounts/give-way-back.ts";
import { startTestPanel, type TestPanel } from "../../../testing/test-panel.ts";

let panel: TestPanel;
before(async () => {
  panel = await startTestPanel();
});
after(() => panel.close());

/** Words of the page that come from nowhere but catalogues: headings, labels, buttons, links in the content. */
function words(text: string): readonly string[] {
  const content = text.slice(text.indexOf("<main"));
  return [...content.matchAll(/<(?:h1|h2|label|legend|button|th|caption)\b[^>]*>([^<]*[A-Za-z][^<]*)</g)].map(
    ([, word]) => word ?? "",
  );
}

void test("every page of this part is in the catalogues", async () => {
  const operator = await panel.makeOperator("1");
  const owner = await panel.makePerson({ email: "1@example.org", memberships: { [operator]: "owner" } });
  const other = await panel.makePerson({ email: "2@example.org", memberships: { [operator]: "viewer" } });
  await panel.queries.updateTable("person").set({ name: "1", language: "en-XA" }).execute();
  const browser = await panel.browser(owner);
  const base = `/operators/${operator}`;
  const own = ["", "/security", "/security/totp", "/prove"].map((path) => `/profile${path}`);
  const theirs = [
    "/members",
    `/members/${owner.id}`,
    `/members/${other.id}`,
    "/leave",
    "/activity",
    "/tokens",
    "/tokens/new",
  ];
  for (const path of [...own, ...theirs.map((path) => base + path)]) {
    const { status, text } = await browser.get(path);
    assert.equal(status, 200, path);
    const plain = words(text).filter((word) => !word.startsWith("["));
    assert.deepEqual(plain, [], path);
  }
  const gift = { giver: owner.id, person: other.id, operator, withoutFactors: true };
  const given = await giveWayBack(panel.queries, gift, panel.panel.now());
  assert.equal(given.kind, "given");
  const stranger = await panel.browser();
  for (const path of [`/way-back/${given.secret}`, "/way-back/none"]) {
    const { text } = await stranger.get(path, { "accept-language": "en-XA" });
    assert.ok(
      words(text).every((word) => word.startsWith("[")),
      path,
    );
  }
  const { text } = await stranger.get("/sign-in", { "accept-language": "en-XA" });
  assert.ok(words(text).every((word) => word.startsWith("[")));
});
