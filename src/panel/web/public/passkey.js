/// <reference lib="dom" />
/**
 * Passkeys: asks the browser for one, or to make one, and sends its answer. Shows its buttons where that is possible.
 * @module
 */

/**
 * @typedef {{
 *   readonly challenge: string,
 *   readonly options: PublicKeyCredentialCreationOptionsJSON & PublicKeyCredentialRequestOptionsJSON,
 *   readonly next: string,
 * }} Answer
 */

/**
 * @param {string} path
 * @param {string} token
 * @param {unknown} body
 * @returns {Promise<Answer>}
 */
async function send(path, token, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", "x-form-token": token },
    body: JSON.stringify(body),
  });
  // The session is too old for this: the page itself leads to where the person proves who it is.
  if (response.redirected) {
    location.reload();
    return await new Promise(() => {});
  }
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return /** @type {Answer} */ (await response.json());
}

/**
 * @param {PublicKeyCredential} credential
 * @returns {unknown}
 */
function json(credential) {
  return credential.toJSON();
}

/** @param {HTMLElement} place */
async function act(place) {
  const { passkey: kind, ask = "", answer = "", token = "", next, nameField } = place.dataset;
  const field = nameField === undefined ? null : document.getElementById(nameField);
  const { challenge, options } = await send(ask, token, {});
  if (kind === "make") {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    const credential = /** @type {PublicKeyCredential} */ (await navigator.credentials.create({ publicKey }));
    const name = field instanceof HTMLInputElement ? field.value : "";
    return await sent(place, answer, token, { challenge, name, credential: json(credential) });
  }
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = /** @type {PublicKeyCredential} */ (await navigator.credentials.get({ publicKey }));
  return await sent(place, answer, token, {
    challenge,
    credential: json(credential),
    ...(next === undefined ? {} : { next }),
  });
}

/**
 * @param {HTMLElement} place
 * @param {string} path
 * @param {string} token
 * @param {unknown} body
 */
async function sent(place, path, token, body) {
  try {
    const { next } = await send(path, token, body);
    location.assign(next);
  } catch {
    say(place, place.dataset["refused"]);
  }
}

/**
 * @param {HTMLElement} place
 * @param {string} [text]
 */
function say(place, text = "") {
  const status = place.querySelector("[role=status]");
  if (status !== null) status.textContent = text;
}

/**
 * @param {HTMLElement} place
 * @param {HTMLButtonElement} button
 */
async function clicked(place, button) {
  const field = document.getElementById(place.dataset["nameField"] ?? "");
  if (field instanceof HTMLInputElement && !field.reportValidity()) return;
  button.disabled = true;
  say(place);
  try {
    await act(place);
  } catch {
    say(place, place.dataset["failed"]);
  } finally {
    button.disabled = false;
  }
}

const possible = typeof PublicKeyCredential === "function" && "parseRequestOptionsFromJSON" in PublicKeyCredential;
for (const place of possible ? document.querySelectorAll("[data-passkey]") : []) {
  if (!(place instanceof HTMLElement)) continue;
  const button = place.querySelector("button");
  place.hidden = false;
  button?.addEventListener("click", () => void clicked(place, button));
}
