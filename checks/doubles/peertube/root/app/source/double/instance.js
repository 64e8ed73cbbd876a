import { about, isAtLeast } from "./report.js";
import { Refusal, readFields, sendEmpty, sendJson } from "./http.js";
import { sendMail } from "./mail.js";

/** What the instance says about itself, as routes: method, pattern, handler. */
export function instanceRoutes({ get, database, webserver }) {
  const host = get("webserver.hostname");
  const instance = () => ({
    name: get("instance.name"),
    shortDescription: get("instance.short_description"),
    description: get("instance.description"),
    terms: get("instance.terms") ?? "",
    languages: get("instance.languages") ?? [],
    defaultNSFWPolicy: get("instance.default_nsfw_policy"),
    isNSFW: get("instance.is_nsfw") ?? false,
  });
  const count = async (table) => (await database.query(`SELECT count(*)::integer AS rows FROM ${table}`)).rows[0].rows;
  const signupAllowed = async () =>
    get("signup.enabled") && (get("signup.limit") === -1 || (await count('"user"')) < get("signup.limit"));
  const findUser = async (name) => {
    const { rows } = await database.query('SELECT * FROM "user" WHERE username = $1 OR "channelName" = $1', [name]);
    return rows[0];
  };

  return [
    [
      "GET",
      /^\/api\/v1\/config$/,
      async ({ response }) => {
        const allowed = await signupAllowed();
        sendJson(response, 200, {
          instance: instance(),
          serverVersion: about.version,
          signup: {
            allowed,
            allowedForCurrentIP: allowed,
            minimumAge: get("signup.minimum_age") ?? 16,
            requiresApproval: get("signup.requires_approval"),
            requiresEmailVerification: get("signup.requires_email_verification"),
          },
          transcoding: {
            web_videos: { enabled: get("transcoding.web_videos.enabled") },
            hls: { enabled: get("transcoding.hls.enabled") },
          },
          live: { enabled: get("live.enabled") },
          contactForm: { enabled: get("contact_form.enabled") ?? true },
          user: { videoQuota: get("user.video_quota"), videoQuotaDaily: get("user.video_quota_daily") ?? -1 },
          tracker: { enabled: get("tracker.enabled") ?? true },
        });
      },
    ],
    ["GET", /^\/api\/v1\/config\/about$/, async ({ response }) => sendJson(response, 200, { instance: instance() })],
    [
      "GET",
      /^\/api\/v1\/server\/stats$/,
      async ({ response }) =>
        sendJson(response, 200, { totalUsers: await count('"user"'), totalLocalVideos: await count("video") }),
    ],
    [
      "POST",
      /^\/api\/v1\/server\/contact$/,
      async ({ request, response }) => {
        if (get("smtp.hostname") === undefined || get("contact_form.enabled") === false) {
          throw new Refusal(409, "Contact form is not enabled on this instance.");
        }
        const { fromName, fromEmail, subject, body } = await readFields(request);
        if (
          ![fromName, subject, body].every((text) => typeof text === "string") ||
          !/^[^\s@<>]+@[^\s@<>]+$/.test(fromEmail)
        ) {
          throw new Refusal(400, "Incorrect request parameters: fromName, fromEmail, subject, body");
        }
        await sendMail(get, { to: get("admin.email"), replyTo: fromEmail, subject, text: `${fromName}:\n\n${body}\n` });
        sendEmpty(response);
      },
    ],
    [
      "GET",
      /^\/\.well-known\/nodeinfo$/,
      async ({ response }) =>
        sendJson(response, 200, {
          links: [{ rel: "http://nodeinfo.diaspora.software/ns/schema/2.0", href: `${webserver}/nodeinfo/2.0.json` }],
        }),
    ],
    [
      "GET",
      /^\/nodeinfo\/2\.0\.json$/,
      async ({ response }) =>
        sendJson(
          response,
          200,
          {
            version: "2.0",
            software: { name: "peertube", version: about.version },
            protocols: ["activitypub"],
            services: { inbound: [], outbound: ["atom1.0", "rss2.0"] },
            openRegistrations: await signupAllowed(),
            usage: { users: { total: await count('"user"') }, localPosts: await count("video"), localComments: 0 },
            metadata: { nodeName: get("instance.name"), nodeDescription: get("instance.short_description") },
          },
          { "content-type": 'application/json; profile="http://nodeinfo.diaspora.software/ns/schema/2.0#"' },
        ),
    ],
    [
      "GET",
      /^\/\.well-known\/webfinger$/,
      async ({ response, url }) => {
        const resource = /^(?:acct:)?([^@]+)@(.+)$/.exec(url.searchParams.get("resource") ?? "");
        if (resource === null) throw new Refusal(400, "Incorrect request parameters: resource");
        const user = resource[2] === host ? await findUser(resource[1]) : undefined;
        if (user === undefined) throw new Refusal(404, "Actor not found");
        const kind = user.username === resource[1] ? "accounts" : "video-channels";
        const actor = `${webserver}/${kind}/${resource[1]}`;
        sendJson(
          response,
          200,
          {
            subject: `acct:${resource[1]}@${host}`,
            aliases: [actor],
            links: [
              { rel: "self", type: "application/activity+json", href: actor },
              { rel: "http://ostatus.org/schema/1.0/subscribe", template: `${webserver}/remote-interaction?uri={uri}` },
            ],
          },
          { "content-type": "application/jrd+json; charset=utf-8", "access-control-allow-origin": "*" },
        );
      },
    ],
    [
      "GET",
      /^\/(accounts|video-channels)\/([a-z0-9._]+)$/,
      async ({ response, match }) => {
        const user = await findUser(match[2]);
        if (user === undefined) throw new Refusal(404, "Actor not found");
        const id = `${webserver}/${match[1]}/${match[2]}`;
        sendJson(
          response,
          200,
          {
            "@context": "https://www.w3.org/ns/activitystreams",
            type: match[1] === "accounts" ? "Person" : "Group",
            id,
            url: id,
            preferredUsername: match[2],
            name: match[2],
            inbox: `${id}/inbox`,
            outbox: `${id}/outbox`,
          },
          { "content-type": "application/activity+json; charset=utf-8" },
        );
      },
    ],
    [
      "GET",
      /^\/feeds\/videos\.json$/,
      async ({ response }) =>
        sendJson(response, 200, { version: "https://jsonfeed.org/version/1", title: get("instance.name"), items: [] }),
    ],
    [
      "GET",
      /^\/double\.json$/,
      async ({ response }) => {
        // What a check cannot ask the real one: which scripts of an upgrade ran.
        const { rows } = await database.query('SELECT "migrationVersion" FROM application');
        const scripts = await database.query('SELECT name FROM "finishedScript" ORDER BY name');
        sendJson(response, 200, {
          version: about.version,
          schema: rows[0].migrationVersion,
          searchable: isAtLeast("8.4.0"),
          scripts: scripts.rows.map(({ name }) => name),
        });
      },
    ],
    ["GET", /^\/robots\.txt$/, async ({ response }) => sendEmpty(response, 200)],
  ];
}
