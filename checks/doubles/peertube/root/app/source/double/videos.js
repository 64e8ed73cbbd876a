import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rm, stat, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { Refusal, readFields, readMultipart, sendEmpty, sendJson } from "./http.js";
import { storageFolder } from "./volumes.js";

// What ffprobe would tell: the first bytes of the containers that are accepted without further software.
const types = {
  ".mp4": { mime: "video/mp4", is: (bytes) => bytes.toString("latin1", 4, 8) === "ftyp" },
  ".webm": { mime: "video/webm", is: (bytes) => bytes.readUInt32BE(0) === 0x1a45dfa3 },
  ".ogv": { mime: "video/ogg", is: (bytes) => bytes.toString("latin1", 0, 4) === "OggS" },
};
const privacies = { 1: "Public", 2: "Unlisted", 3: "Private", 4: "Internal" };
const isPrivate = (privacy) => privacy > 2;
const uploadLimit = 512 * 1024 ** 2;

function checkVideo(fields, user) {
  const { name, channelId, privacy = 1 } = fields;
  if (typeof name !== "string" || name.length < 3 || name.length > 120)
    throw new Refusal(400, "Incorrect request parameters: name");
  if (Number(channelId) !== user.id) throw new Refusal(400, "Unknown video `video channel` for this instance.");
  if (!(Number(privacy) in privacies)) throw new Refusal(400, "Incorrect request parameters: privacy");
  return { name, description: fields.description ?? null, privacy: Number(privacy) };
}

/** The part of the API that deals with videos, as routes: method, pattern, handler. */
export function videoRoutes({ get, database, redis, storage, requireUser, webserver }) {
  const local = storageFolder(get, "web_videos");
  const pending = join(storageFolder(get, "tmp_persistent"), "resumable-uploads");

  async function add(user, fields, filename, content) {
    const video = checkVideo(fields, user);
    const type = types[extname(filename).toLowerCase()];
    if (type === undefined || content.length < 8 || !type.is(content)) {
      throw new Refusal(
        422,
        "This file is not supported. Please, make sure it is of the following type: .mp4, .webm, .ogv",
      );
    }
    const uuid = randomUUID();
    const file = `${uuid}-0${extname(filename).toLowerCase()}`;
    let url = null;
    if (storage === undefined) {
      await writeFile(join(local, file), content);
    } else {
      const hidden = { isPrivate: isPrivate(video.privacy) };
      const key = storage.keyOf("web_videos", file);
      await storage.put("web_videos", key, content, { type: type.mime, ...hidden });
      url = storage.publicUrl("web_videos", key);
      const playlist = `#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-STREAM-INF:BANDWIDTH=1000\n${url}\n`;
      await storage.put(
        "streaming_playlists",
        storage.keyOf("streaming_playlists", `hls/${uuid}/${uuid}-master.m3u8`),
        Buffer.from(playlist),
        {
          type: "application/x-mpegURL",
          ...hidden,
        },
      );
    }
    const { rows } = await database.query(
      `INSERT INTO video (uuid, name, description, privacy, "userId") VALUES ($1, $2, $3, $4, $5) RETURNING id`,
      [uuid, video.name, video.description, video.privacy, user.id],
    );
    await database.query(
      `INSERT INTO "videoFile" ("videoId", filename, size, "mimeType", storage, "fileUrl") VALUES ($1, $2, $3, $4, $5, $6)`,
      [rows[0].id, file, content.length, type.mime, storage === undefined ? 0 : 1, url],
    );
    return { video: { id: rows[0].id, uuid, shortUUID: uuid.slice(0, 8) } };
  }

  const select = `
    SELECT video.*, file.filename, file.size, file."mimeType", file.storage, file."fileUrl", "user".username, "user"."channelName"
    FROM video JOIN "videoFile" AS file ON file."videoId" = video.id JOIN "user" ON "user".id = video."userId"`;

  function describe(row) {
    const hidden = isPrivate(row.privacy);
    const own = `${webserver}/${row.storage === 0 ? "static" : "object-storage-proxy"}/web-videos/${hidden ? "private/" : ""}${row.filename}`;
    const playlist = `hls/${row.uuid}/${row.uuid}-master.m3u8`;
    return {
      id: row.id,
      uuid: row.uuid,
      name: row.name,
      description: row.description,
      url: `${webserver}/videos/watch/${row.uuid}`,
      privacy: { id: row.privacy, label: privacies[row.privacy] },
      state: { id: 1, label: "Published" },
      isLocal: true,
      publishedAt: row.createdAt,
      account: { name: row.username, host: get("webserver.hostname") },
      channel: { name: row.channelName, host: get("webserver.hostname") },
      files: [
        {
          resolution: { id: 0, label: "Original" },
          size: Number(row.size),
          fileUrl: row.storage === 1 && !hidden ? row.fileUrl : own,
        },
      ],
      streamingPlaylists:
        row.storage === 1 && !hidden
          ? [
              {
                id: row.id,
                type: 1,
                playlistUrl:
                  storage?.publicUrl("streaming_playlists", storage.keyOf("streaming_playlists", playlist)) ?? null,
              },
            ]
          : [],
    };
  }

  async function find(id) {
    const { rows } = await database.query(`${select} WHERE video.id::text = $1 OR video.uuid::text = $1`, [id]);
    if (rows.length === 0) throw new Refusal(404, "Video not found");
    return rows[0];
  }

  async function sendFile(row, request, response) {
    if (isPrivate(row.privacy)) await requireUser(request);
    const content =
      row.storage === 0
        ? await readFile(join(local, row.filename))
        : await storage.get("web_videos", storage.keyOf("web_videos", row.filename));
    const headers = { "access-control-allow-origin": "*", "accept-ranges": "bytes", "content-type": row.mimeType };
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    if (range === null) {
      response.writeHead(200, { ...headers, "content-length": content.length }).end(content);
      return;
    }
    const part = content.subarray(Number(range[1]), range[2] === "" ? undefined : Number(range[2]) + 1);
    const shown = `bytes ${range[1]}-${Number(range[1]) + part.length - 1}/${content.length}`;
    response.writeHead(206, { ...headers, "content-length": part.length, "content-range": shown }).end(part);
  }

  return [
    [
      "GET",
      /^\/api\/v1\/videos$/,
      async ({ response }) => {
        const { rows } = await database.query(`${select} WHERE video.privacy = 1 ORDER BY video.id DESC LIMIT 100`);
        sendJson(response, 200, { total: rows.length, data: rows.map(describe) });
      },
    ],
    [
      "POST",
      /^\/api\/v1\/videos\/upload$/,
      async ({ request, response }) => {
        const user = await requireUser(request);
        const { fields, files } = await readMultipart(request, uploadLimit);
        if (files.videofile === undefined) throw new Refusal(400, "Missing required file: videofile");
        sendJson(response, 200, await add(user, fields, files.videofile.filename, files.videofile.content));
      },
    ],
    [
      "POST",
      /^\/api\/v1\/videos\/upload-resumable$/,
      async ({ request, response }) => {
        const user = await requireUser(request);
        const size = Number(request.headers["x-upload-content-length"]);
        if (!(size > 0 && size <= uploadLimit))
          throw new Refusal(400, "X-Upload-Content-Length is missing or too large");
        const fields = await readFields(request);
        checkVideo(fields, user);
        if (typeof fields.filename !== "string") throw new Refusal(400, "Incorrect request parameters: filename");
        const id = randomUUID();
        await mkdir(pending, { recursive: true });
        await writeFile(join(pending, id), "");
        await redis.command(
          "SET",
          `resumable-upload-${id}`,
          JSON.stringify({ fields, size, user: user.id }),
          "EX",
          3600,
        );
        sendEmpty(response, 201, {
          location: `//${get("webserver.hostname")}/api/v1/videos/upload-resumable?upload_id=${id}`,
        });
      },
    ],
    [
      "PUT",
      /^\/api\/v1\/videos\/upload-resumable$/,
      async ({ request, response, url }) => {
        const user = await requireUser(request);
        const id = url.searchParams.get("upload_id") ?? "";
        const known = await redis.command("GET", `resumable-upload-${id}`);
        const upload = known === null ? undefined : JSON.parse(known);
        if (upload?.user !== user.id) throw new Refusal(404, "No such upload");
        const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(request.headers["content-range"] ?? "");
        if (range === null || Number(range[3]) !== upload.size)
          throw new Refusal(400, "Content-Range is missing or wrong");
        const [, first, last] = range.map(Number);
        const path = join(pending, id);
        if ((await stat(path)).size !== first) throw new Refusal(409, "Chunks come out of order");
        // Written as it arrives: a proxy that gathers the whole body first is seen by its delay.
        const file = await open(path, "a");
        try {
          for await (const chunk of request) await file.write(chunk);
        } finally {
          await file.close();
        }
        if ((await stat(path)).size !== last + 1)
          throw new Refusal(400, "The chunk has another length than Content-Range says");
        if (last + 1 < upload.size) return sendEmpty(response, 308, { range: `bytes=0-${last}` });
        const added = await add(user, upload.fields, upload.fields.filename, await readFile(path));
        await rm(path);
        await redis.command("DEL", `resumable-upload-${id}`);
        sendJson(response, 200, added);
      },
    ],
    [
      "GET",
      /^\/api\/v1\/videos\/([0-9a-f-]+)$/,
      async ({ request, response, match }) => {
        const row = await find(match[1]);
        if (isPrivate(row.privacy)) await requireUser(request);
        sendJson(response, 200, describe(row));
      },
    ],
    [
      "PUT",
      /^\/api\/v1\/videos\/([0-9a-f-]+)$/,
      async ({ request, response, match }) => {
        const user = await requireUser(request);
        const row = await find(match[1]);
        if (row.userId !== user.id && user.role !== 0) throw new Refusal(403, "Cannot manage a video of another user.");
        const { name = row.name, privacy = row.privacy } = await readFields(request);
        checkVideo({ name, privacy, channelId: user.id }, user);
        if (row.storage === 1 && isPrivate(privacy) !== isPrivate(row.privacy)) {
          await storage.setAcl("web_videos", storage.keyOf("web_videos", row.filename), isPrivate(privacy));
        }
        await database.query("UPDATE video SET name = $1, privacy = $2 WHERE id = $3", [name, privacy, row.id]);
        sendEmpty(response);
      },
    ],
    [
      "DELETE",
      /^\/api\/v1\/videos\/([0-9a-f-]+)$/,
      async ({ request, response, match }) => {
        const user = await requireUser(request);
        const row = await find(match[1]);
        if (row.userId !== user.id && user.role !== 0) throw new Refusal(403, "Cannot remove a video of another user.");
        if (row.storage === 1) {
          await storage.remove("web_videos", storage.keyOf("web_videos", row.filename));
          await storage.remove(
            "streaming_playlists",
            storage.keyOf("streaming_playlists", `hls/${row.uuid}/${row.uuid}-master.m3u8`),
          );
        } else await rm(join(local, row.filename), { force: true });
        await database.query("DELETE FROM video WHERE id = $1", [row.id]);
        sendEmpty(response);
      },
    ],
    [
      "GET",
      /^\/(?:static|object-storage-proxy)\/web-videos\/(?:private\/)?([0-9a-f-]+\.[a-z0-9]+)$/,
      async ({ request, response, match }) => {
        const { rows } = await database.query(`${select} WHERE file.filename = $1`, [match[1]]);
        if (rows.length === 0) throw new Refusal(404, "Video not found");
        await sendFile(rows[0], request, response);
      },
    ],
  ];
}
