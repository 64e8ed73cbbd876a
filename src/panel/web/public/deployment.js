// @ts-check
// Keeps the page of a deployment current: it is told that something changed, and asks for the part that the server makes.
const page = /** @type {HTMLElement | null} */ (document.querySelector("[data-live]"));
const base = page?.dataset["live"] ?? "";
const log = /** @type {HTMLOListElement | null} */ (document.querySelector("#log"));
const search = /** @type {HTMLInputElement | null} */ (document.querySelector("#log-search"));
const follow = /** @type {HTMLInputElement | null} */ (document.querySelector("#log-follow"));
const copy = /** @type {HTMLButtonElement | null} */ (document.querySelector("#log-copy"));

for (const control of document.querySelectorAll(".log-frame [hidden]")) control.removeAttribute("hidden");

function running() {
  const status = document.querySelector("#progress")?.getAttribute("data-status");
  return status === "queued" || status === "running";
}

/** Shows the lines that have what is searched for. */
function filter() {
  const wanted = search?.value.toLowerCase() ?? "";
  for (const line of log?.children ?? [])
    line.toggleAttribute("hidden", !(line.textContent ?? "").toLowerCase().includes(wanted));
}

async function moreLog() {
  if (log === null) return;
  const last = /** @type {HTMLLIElement | null} */ (log.lastElementChild)?.value ?? 0;
  const answer = await fetch(`${base}/log?after=${String(last)}`);
  if (!answer.ok) return;
  const lines = /** @type {{ sequence: number, text: string }[]} */ (await answer.json());
  for (const { sequence, text } of lines) {
    const line = document.createElement("li");
    line.value = sequence;
    line.textContent = text;
    log.append(line);
  }
  filter();
  const frame = log.parentElement;
  if (follow?.checked === true && frame !== null) frame.scrollTop = frame.scrollHeight;
}

async function newProgress() {
  const answer = await fetch(`${base}/progress`);
  if (!answer.ok) return;
  const old = document.querySelector("#progress");
  // Somebody who is about to press a button keeps it.
  const focused = document.activeElement;
  if (focused !== null && focused !== document.body && old?.contains(focused) === true && running()) return;
  const parsed = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#progress");
  if (parsed !== null) old?.replaceWith(parsed);
}

let busy = false;
let again = false;

/** One look at a time, and one more when something changed in the meantime. */
async function look() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  do {
    again = false;
    await newProgress();
    await moreLog();
  } while (again);
  busy = false;
}

/** @type {EventSource | undefined} */
let source;

function listen() {
  if (!running() || source !== undefined) return;
  source = new EventSource(`${base}/events`);
  source.addEventListener("changed", () => {
    void look().then(() => {
      if (running()) return;
      source?.close();
      source = undefined;
    });
  });
}

if (page !== null) {
  listen();
  // Time passes also when nothing happens.
  setInterval(() => {
    if (running() && !document.hidden) void newProgress();
  }, 5000);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && running()) void look();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) void look().then(listen);
  });
}
search?.addEventListener("input", filter);
copy?.addEventListener("click", () => {
  const lines = [...(log?.children ?? [])].map((line) => line.textContent ?? "");
  const before = copy.textContent;
  void navigator.clipboard.writeText(lines.join("\n")).then(() => {
    copy.textContent = copy.closest("[data-copied]")?.getAttribute("data-copied") ?? before;
    setTimeout(() => (copy.textContent = before), 2000);
  });
});
