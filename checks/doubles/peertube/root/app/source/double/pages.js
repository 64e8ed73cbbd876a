import { escapeHtml } from "./escape.js";
import { Refusal } from "./http.js";

const style = `body{font-family:sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;background:#fafafa;color:#222}
header{border-bottom:3px solid #f2690d;margin-bottom:1rem}label{display:block;margin:.6rem 0}input{display:block;padding:.3rem;width:100%}
button{background:#f2690d;border:0;color:#fff;padding:.5rem 1rem}output{display:block;margin:1rem 0;white-space:pre-wrap}video{width:100%}`;

// All pages have this script: it talks to the API as PeerTube's client does.
const client = `
const say = (text) => { document.querySelector("output").textContent = text; };
const api = async (path, options = {}) => {
  const token = localStorage.getItem("access_token");
  const headers = { ...(token && { authorization: "Bearer " + token }), ...options.headers };
  const response = await fetch("/api/v1/" + path, { ...options, headers });
  const body = await response.text();
  const value = body === "" ? undefined : JSON.parse(body);
  if (!response.ok) throw new Error(value?.detail ?? "status " + response.status);
  return value;
};
const form = document.querySelector("form");
const onSubmit = (work) => form.addEventListener("submit", async (event) => {
  event.preventDefault();
  say("…");
  try { await work(new FormData(form)); } catch (error) { say("Error: " + error.message); }
});
const greet = async () => {
  const me = await api("users/me");
  say("Signed in as " + me.username);
  return me;
};`;

const login = `
onSubmit(async (fields) => {
  localStorage.removeItem("access_token");
  const { client_id, client_secret } = await api("oauth-clients/local");
  const token = await api("users/token", { method: "POST", body: new URLSearchParams({
    client_id, client_secret, grant_type: "password", response_type: "code", username: fields.get("username"), password: fields.get("password") }) });
  localStorage.setItem("access_token", token.access_token);
  await greet();
});`;

const upload = `
onSubmit(async (fields) => {
  const me = await greet();
  const file = fields.get("videofile");
  const start = await fetch("/api/v1/videos/upload-resumable", { method: "POST",
    headers: { authorization: "Bearer " + localStorage.getItem("access_token"), "content-type": "application/json",
      "x-upload-content-length": file.size, "x-upload-content-type": file.type },
    body: JSON.stringify({ name: fields.get("name"), channelId: me.videoChannels[0].id, privacy: 1, filename: file.name }) });
  if (!start.ok) throw new Error((await start.json()).detail);
  const path = new URL(start.headers.get("location"), location.href);
  const added = await api("videos/upload-resumable" + path.search, { method: "PUT", body: file,
    headers: { "content-range": "bytes 0-" + (file.size - 1) + "/" + file.size, "content-type": "application/octet-stream" } });
  location.href = "/w/" + added.video.uuid;
});`;

const watch = `
(async () => {
  try {
    const video = await api("videos/" + location.pathname.split("/").at(-1));
    document.querySelector("h2").textContent = video.name;
    document.querySelector("video").src = video.files[0].fileUrl;
    // As the player does: by script, with a range, from another origin.
    const part = await fetch(video.files[0].fileUrl, { headers: { range: "bytes=0-65535" } });
    if (!part.ok) throw new Error("the file: status " + part.status);
    const bytes = (await part.arrayBuffer()).byteLength;
    for (const { playlistUrl } of video.streamingPlaylists) {
      const playlist = await fetch(playlistUrl);
      if (!playlist.ok || !(await playlist.text()).startsWith("#EXTM3U")) throw new Error("the playlist: status " + playlist.status);
    }
    say("Playing " + bytes + " bytes from " + new URL(video.files[0].fileUrl).host);
  } catch (error) { say("Error: " + error.message + " (is CORS allowed?)"); }
})();`;

const sockets = `
const socket = new WebSocket("wss://" + location.host + "/tracker/socket");
socket.onopen = () => socket.send(JSON.stringify({ action: "announce", info_hash: "double" }));
socket.onmessage = (event) => { document.body.dataset.tracker = JSON.parse(event.data).action; };
if (localStorage.getItem("access_token")) greet().catch(() => say("Signed out"));`;

const pages = [
  [/^\/$/, "Home", '<p><a href="/login">Login</a> <a href="/videos/upload">Publish</a></p><output></output>', sockets],
  [
    /^\/login$/,
    "Login",
    `<form><label>Username or email<input name="username" id="username" autocomplete="username" required></label>
<label>Password<input name="password" id="password" type="password" autocomplete="current-password" required></label>
<button type="submit">Login</button></form><output></output>`,
    login,
  ],
  [
    /^\/videos\/(?:upload|publish)$/,
    "Publish",
    `<form><label>Title<input name="name" id="name" required></label><label>File<input name="videofile" id="videofile" type="file" required></label>
<button type="submit">Publish</button></form><output></output>`,
    upload,
  ],
  [/^\/(?:w|videos\/watch)\/[0-9a-f-]+$/, "Video", "<h2></h2><video controls muted></video><output></output>", watch],
];

/** The pages for people, as routes: method, pattern, handler. */
export function pageRoutes({ get }) {
  return [
    ...pages.map(([pattern, title, body, script]) => [
      "GET",
      pattern,
      async ({ response }) => {
        const name = escapeHtml(get("instance.name"));
        response.writeHead(200, { "content-type": "text/html; charset=utf-8", "x-frame-options": "DENY" });
        response.end(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title} - ${name}</title><style>${style}</style></head>
<body><header><h1>${name}</h1><p>${escapeHtml(get("instance.short_description"))}</p></header>${body}<script>${client}${script}</script></body></html>`);
      },
    ]),
    [
      "GET",
      /^\/(?!api\/)/,
      async () => {
        throw new Refusal(404, "Page not found");
      },
    ],
  ];
}
