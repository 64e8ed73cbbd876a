import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { addUser, isPassword } from "./database.js";
import { milliseconds } from "./configuration.js";
import { sendMail } from "./mail.js";
import { Refusal, readFields, readMultipart, sendEmpty, sendJson } from "./http.js";
import { storageFolder } from "./volumes.js";

const roles = ["Administrator", "Moderator", "User"];
const accessTokenLifetime = 86_400;
const refreshTokenLifetime = 1_209_600;

/** Gives the user of a request by its bearer token. */
export function userReader({ get, database }) {
  return async (request, { role = 2 } = {}) => {
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1];
    if (token === undefined) throw new Refusal(401, "The request requires an authenticated user.", "missing_token");
    const { rows } = await database.query(
      `SELECT "user".* FROM "oAuthToken" JOIN "user" ON "user".id = "userId"
       WHERE "accessToken" = $1 AND "accessTokenExpiresAt" > now() AND NOT blocked`,
      [token],
    );
    const [user] = rows;
    if (user === undefined || (user.username === "root" && get("user.disable_root_auth"))) {
      throw new Refusal(401, "Token is invalid", "invalid_token");
    }
    if (user.role > role) throw new Refusal(403, "User must be an administrator or moderator.");
    return user;
  };
}

function checkNewUser({ username, email, password, role, videoQuota, videoQuotaDaily, channelName }, leastPassword) {
  const wrong = [
    ["username", /^[a-z0-9][a-z0-9._]{0,49}$/.test(username)],
    ["email", /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)],
    ["password", typeof password === "string" && password.length >= leastPassword && password.length <= 255],
    ["role", [0, 1, 2].includes(role)],
    ["videoQuota", Number.isInteger(videoQuota) && videoQuota >= -1],
    ["videoQuotaDaily", Number.isInteger(videoQuotaDaily) && videoQuotaDaily >= -1],
    ["channelName", channelName === undefined || /^[a-z0-9][a-z0-9._]{0,49}$/.test(channelName)],
  ].filter(([, right]) => !right);
  if (wrong.length > 0)
    throw new Refusal(400, `Incorrect request parameters: ${wrong.map(([name]) => name).join(", ")}`);
  if (channelName === username) throw new Refusal(400, "Channel name cannot be the same as user username.");
}

/** The part of the API that deals with users, as routes: method, pattern, handler. */
export function userRoutes({ get, database, requireUser, limit, webserver }) {
  const host = get("webserver.hostname");
  const avatars = storageFolder(get, "avatars");
  const describe = (user) => ({
    id: user.id,
    username: user.username,
    email: user.email,
    role: { id: user.role, label: roles[user.role] },
    blocked: user.blocked,
    videoQuota: Number(user.videoQuota),
    videoQuotaDaily: Number(user.videoQuotaDaily),
    account: {
      id: user.id,
      name: user.username,
      displayName: user.displayName ?? user.username,
      host,
      url: `${webserver}/accounts/${user.username}`,
      avatars: user.avatar === null ? [] : [{ path: `/lazy-static/avatars/${user.avatar}` }],
    },
    videoChannels: [{ id: user.id, name: user.channelName, displayName: `Main ${user.username} channel`, host }],
  });

  async function newToken(user) {
    const [access, refresh] = [randomBytes(20).toString("hex"), randomBytes(20).toString("hex")];
    await database.query(`INSERT INTO "oAuthToken" VALUES ($1, $2, now() + make_interval(secs => $3), $4)`, [
      access,
      refresh,
      accessTokenLifetime,
      user.id,
    ]);
    return {
      token_type: "Bearer",
      access_token: access,
      refresh_token: refresh,
      expires_in: accessTokenLifetime,
      refresh_token_expires_in: refreshTokenLifetime,
    };
  }

  async function grant(fields) {
    const client = await database.query('SELECT FROM "oAuthClient" WHERE "clientId" = $1 AND "clientSecret" = $2', [
      fields.client_id,
      fields.client_secret,
    ]);
    if (client.rowCount === 0) throw new Refusal(400, "Invalid client: client is invalid", "invalid_client");
    if (fields.grant_type === "refresh_token") {
      const { rows } = await database.query(
        'DELETE FROM "oAuthToken" USING "user" WHERE "user".id = "userId" AND "refreshToken" = $1 AND NOT blocked RETURNING "user".*',
        [fields.refresh_token],
      );
      if (rows.length === 0) throw new Refusal(400, "Invalid grant: refresh token is invalid", "invalid_grant");
      return rows[0];
    }
    if (fields.grant_type !== "password") throw new Refusal(400, "Unsupported grant type", "unsupported_grant_type");
    const { rows } = await database.query(
      'SELECT * FROM "user" WHERE lower(username) = lower($1) OR lower(email) = lower($1)',
      [fields.username],
    );
    const [user] = rows;
    if (user === undefined || typeof fields.password !== "string" || !isPassword(fields.password, user.password)) {
      throw new Refusal(400, "Invalid grant: user credentials are invalid", "invalid_grant");
    }
    if (user.blocked) throw new Refusal(403, "User is blocked.", "account_is_blocked");
    if (user.username === "root" && get("user.disable_root_auth"))
      throw new Refusal(403, "Authentication of root is disabled.");
    return user;
  }

  async function findUser(id) {
    const { rows } = await database.query('SELECT * FROM "user" WHERE id::text = $1', [id]);
    if (rows.length === 0) throw new Refusal(404, "User not found");
    if (rows[0].username === "root") throw new Refusal(400, "Cannot block the root user");
    return rows[0];
  }

  const setBlocked =
    (blocked) =>
    async ({ request, response, match }) => {
      await requireUser(request, { role: 1 });
      const user = await findUser(match[1]);
      await database.query('UPDATE "user" SET blocked = $1 WHERE id = $2', [blocked, user.id]);
      await database.query('DELETE FROM "oAuthToken" WHERE "userId" = $1', [user.id]);
      sendEmpty(response);
    };

  return [
    [
      "GET",
      /^\/api\/v1\/oauth-clients\/local$/,
      async ({ response }) => {
        const { rows } = await database.query(
          'SELECT "clientId" AS client_id, "clientSecret" AS client_secret FROM "oAuthClient"',
        );
        sendJson(response, 200, rows[0]);
      },
    ],
    [
      "GET",
      /^\/api\/v1\/accounts\/([a-z0-9._]+)$/,
      async ({ response, match }) => {
        const { rows } = await database.query('SELECT * FROM "user" WHERE username = $1', [match[1]]);
        if (rows.length === 0) throw new Refusal(404, "Account not found");
        sendJson(response, 200, describe(rows[0]).account);
      },
    ],
    [
      "POST",
      /^\/api\/v1\/users\/token$/,
      async ({ request, response, client }) => {
        await limit("login", client, get("rates_limit.login.max"), milliseconds(get("rates_limit.login.window")));
        sendJson(response, 200, await newToken(await grant(await readFields(request))), {
          "cache-control": "no-store",
        });
      },
    ],
    [
      "POST",
      /^\/api\/v1\/users\/revoke-token$/,
      async ({ request, response }) => {
        const user = await requireUser(request);
        await database.query('DELETE FROM "oAuthToken" WHERE "userId" = $1', [user.id]);
        sendJson(response, 200, {});
      },
    ],
    [
      "GET",
      /^\/api\/v1\/users\/me$/,
      async ({ request, response }) => sendJson(response, 200, describe(await requireUser(request))),
    ],
    [
      "PUT",
      /^\/api\/v1\/users\/me$/,
      async ({ request, response }) => {
        const user = await requireUser(request);
        const { displayName } = await readFields(request);
        if (typeof displayName !== "string" || displayName.length < 1 || displayName.length > 120)
          throw new Refusal(400, "Incorrect request parameters: displayName");
        await database.query('UPDATE "user" SET "displayName" = $1 WHERE id = $2', [displayName, user.id]);
        sendEmpty(response);
      },
    ],
    [
      "POST",
      /^\/api\/v1\/users\/ask-reset-password$/,
      async ({ request, response }) => {
        const { email } = await readFields(request);
        const { rows } = await database.query('SELECT id, email FROM "user" WHERE lower(email) = lower($1)', [email]);
        // Whether there is such a user is nobody's business.
        if (rows.length > 0) {
          const link = `${webserver}/reset-password?userId=${rows[0].id}&verificationString=${randomBytes(20).toString("hex")}`;
          await sendMail(get, { to: rows[0].email, subject: "Reset your account password", text: `${link}\n` });
        }
        sendEmpty(response);
      },
    ],
    [
      "POST",
      /^\/api\/v1\/users\/me\/avatar\/pick$/,
      async ({ request, response }) => {
        const user = await requireUser(request);
        const { files } = await readMultipart(request, 8 * 1024 ** 2);
        const type = extname(files.avatarfile?.filename ?? "").toLowerCase();
        if (![".png", ".jpg", ".jpeg", ".webp", ".gif"].includes(type))
          throw new Refusal(400, "Incorrect request parameters: avatarfile");
        const name = `${randomBytes(16).toString("hex")}${type}`;
        await writeFile(join(avatars, name), files.avatarfile.content);
        await database.query('UPDATE "user" SET avatar = $1 WHERE id = $2', [name, user.id]);
        sendJson(response, 200, { avatars: [{ path: `/lazy-static/avatars/${name}` }] });
      },
    ],
    [
      "GET",
      /^\/lazy-static\/avatars\/([0-9a-f]+\.[a-z]+)$/,
      async ({ response, match }) => {
        const content = await readFile(join(avatars, match[1])).catch(() => {
          throw new Refusal(404, "Avatar not found");
        });
        response
          .writeHead(200, {
            "content-type": `image/${extname(match[1]).slice(1).replace("jpg", "jpeg")}`,
            "content-length": content.length,
          })
          .end(content);
      },
    ],
    [
      "GET",
      /^\/api\/v1\/users$/,
      async ({ request, response, url }) => {
        await requireUser(request, { role: 1 });
        const search = url.searchParams.get("search") ?? "";
        const { rows } = await database.query(
          `SELECT * FROM "user" WHERE position(lower($1) IN lower(username)) > 0 OR position(lower($1) IN lower(email)) > 0 ORDER BY id`,
          [search],
        );
        sendJson(response, 200, { total: rows.length, data: rows.map(describe) });
      },
    ],
    [
      "POST",
      /^\/api\/v1\/users$/,
      async ({ request, response }) => {
        await requireUser(request, { role: 0 });
        const fields = await readFields(request);
        checkNewUser(fields, get("user.password_constraints.min_length"));
        const id = await addUser(database, fields).catch((error) => {
          if (error.code === "23505") throw new Refusal(409, "User with this username or email already exists.");
          throw error;
        });
        sendJson(response, 200, { user: { id, account: { id } } });
      },
    ],
    ["POST", /^\/api\/v1\/users\/(\d+)\/block$/, setBlocked(true)],
    ["POST", /^\/api\/v1\/users\/(\d+)\/unblock$/, setBlocked(false)],
  ];
}
