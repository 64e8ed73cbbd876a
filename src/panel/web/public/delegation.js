// @ts-check
// Shows while somebody types a domain whether it is delegated, and hides the questions that the chosen place does not ask.
const form = document.querySelector("form:has([name=place])");
const domain = /** @type {HTMLInputElement | null} */ (document.querySelector("#domain"));
const live = /** @type {HTMLElement | null} */ (document.querySelector("[data-delegation]"));

/** Shows what belongs to the chosen place. */
function choose() {
  const chosen = /** @type {HTMLInputElement | null} */ (document.querySelector("[name=place]:checked"));
  const place = chosen?.value ?? "";
  for (const [name, shown] of [
    ["when-free", place === "free"],
    ["when-own", place === "own"],
    ["when-new", !place.startsWith("existing:")],
  ])
    for (const part of document.querySelectorAll(`.${String(name)}`)) part.toggleAttribute("hidden", !shown);
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let waiting;
let asked = 0;

async function look() {
  if (domain === null || live === null) return;
  asked += 1;
  const number = asked;
  const answer = await fetch(`${live.dataset["delegation"] ?? ""}?domain=${encodeURIComponent(domain.value.trim())}`);
  if (!answer.ok || number !== asked) return;
  const { tone, text } = /** @type {{ tone: string, text: string }} */ (await answer.json());
  live.className = `live ${tone}`;
  live.textContent = text;
}

form?.addEventListener("change", choose);
choose();
domain?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => void look(), 600);
});
