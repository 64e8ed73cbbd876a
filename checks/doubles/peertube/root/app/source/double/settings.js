/**
 * Every setting that the double knows: its place in the configuration, the form of its value, and its environment
 * variable. The variable follows from the place (`a.b_c` is PEERTUBE_A_B_C) unless the row names another; `-` means
 * that there is none. Forms with an `=` are JSON in the environment, `text` is taken verbatim.
 */
const table = `
listen.hostname                                   text
listen.port                                       =port
webserver.hostname                                host
webserver.port                                    =port
webserver.https                                   =true
secrets.peertube                                  secret     PEERTUBE_SECRET
http_timeouts.request                             duration
rates_limit.api.window                            duration
rates_limit.api.max                               =number
rates_limit.login.window                          duration
rates_limit.login.max                             =number
rates_limit.signup.window                         duration
rates_limit.signup.max                            =number
rates_limit.ask_send_email.window                 duration
rates_limit.ask_send_email.max                    =number
rates_limit.receive_client_log.window             duration
rates_limit.receive_client_log.max                =number
rates_limit.plugins.window                        duration
rates_limit.plugins.max                           =number
rates_limit.well_known.window                     duration
rates_limit.well_known.max                        =number
rates_limit.feeds.window                          duration
rates_limit.feeds.max                             =number
rates_limit.activity_pub.window                   duration
rates_limit.activity_pub.max                      =number
rates_limit.client.window                         duration
rates_limit.client.max                            =number
rates_limit.download_generate_video.window        duration
rates_limit.download_generate_video.max           =number
oauth2.token_lifetime.access_token                duration
oauth2.token_lifetime.refresh_token               duration
trust_proxy                                       =addresses
database.hostname                                 text       PEERTUBE_DB_HOSTNAME
database.port                                     =port      PEERTUBE_DB_PORT
database.name                                     text       PEERTUBE_DB_NAME
database.suffix                                   text       PEERTUBE_DB_SUFFIX
database.username                                 text       PEERTUBE_DB_USERNAME
database.password                                 text       PEERTUBE_DB_PASSWORD
database.ssl                                      =boolean   PEERTUBE_DB_SSL
database.ssl_settings.reject_unauthorized         =boolean
database.ssl_settings.ca                          =any
database.ssl_settings.cert                        =any
database.ssl_settings.key                         =any
database.pool.max                                 =number
redis.hostname                                    text
redis.port                                        =port
redis.socket                                      text
redis.auth                                        text
redis.db                                          =number
redis.enable_tls                                  =boolean
smtp.hostname                                     text
smtp.port                                         =port
smtp.username                                     text
smtp.password                                     text
smtp.tls                                          =boolean
smtp.disable_starttls                             =boolean
smtp.from_address                                 email      PEERTUBE_SMTP_FROM
smtp.transport                                    smtp|sendmail
smtp.sendmail                                     =any
smtp.ca_file                                      =any
storage.tmp                                       data
storage.tmp_persistent                            data
storage.bin                                       data
storage.avatars                                   data
storage.web_videos                                data
storage.streaming_playlists                       data
storage.original_video_files                      data
storage.redundancy                                data
storage.logs                                      data
storage.previews                                  data
storage.thumbnails                                data
storage.storyboards                               data
storage.torrents                                  data
storage.captions                                  data
storage.cache                                     data
storage.plugins                                   data
storage.well_known                                data
storage.uploads                                   data
storage.client_overrides                          data
static_files.private_files_require_auth           =boolean
object_storage.enabled                            =boolean
object_storage.endpoint                           text
object_storage.region                             text
object_storage.force_path_style                   =boolean
object_storage.upload_acl.public                  acl
object_storage.upload_acl.private                 acl
object_storage.proxy.proxify_private_files        =boolean
object_storage.credentials.access_key_id          text
object_storage.credentials.secret_access_key      text
object_storage.max_upload_part                    =bytes
object_storage.max_request_attempts               =number
object_storage.streaming_playlists.bucket_name    bucket
object_storage.streaming_playlists.prefix         prefix
object_storage.streaming_playlists.base_url       url
object_storage.streaming_playlists.store_live_streams =boolean
object_storage.web_videos.bucket_name             bucket
object_storage.web_videos.prefix                  prefix
object_storage.web_videos.base_url                url
object_storage.user_exports.bucket_name           bucket
object_storage.user_exports.prefix                prefix
object_storage.user_exports.base_url              url
object_storage.original_video_files.bucket_name   bucket
object_storage.original_video_files.prefix        prefix
object_storage.original_video_files.base_url      url
object_storage.captions.bucket_name               bucket
object_storage.captions.prefix                    prefix
object_storage.captions.base_url                  url
log.level                                         debug|info|warn|error
log.log_ping_requests                             =boolean   PEERTUBE_LOG_PING_REQUESTS
log.rotation.enabled                              =boolean
log.rotation.max_file_size                        text
log.rotation.max_files                            =number
log.anonymize_ip                                  =boolean
log.log_tracker_unknown_infohash                  =boolean
log.log_http_requests                             =boolean
log.prettify_sql                                  =boolean
log.accept_client_log                             =boolean
open_telemetry.metrics.enabled                    =boolean
open_telemetry.metrics.prometheus_exporter.hostname text
open_telemetry.metrics.prometheus_exporter.port   =port
open_telemetry.tracing.enabled                    =boolean
trending.videos.interval_days                     =number
trending.videos.algorithms.enabled                =list
trending.videos.algorithms.default                text
redundancy.videos.check_interval                  duration
redundancy.videos.strategies                      =list
remote_redundancy.videos.accept_from              nobody|anybody|followings
csp.enabled                                       =boolean
csp.report_only                                   =boolean
csp.report_uri                                    =any
security.frameguard.enabled                       =boolean
security.powered_by_header.enabled                =boolean
tracker.enabled                                   =boolean
tracker.private                                   =boolean
tracker.reject_too_many_announces                 =boolean
history.videos.max_age                            =any
views.videos.remote.max_age                       text
views.videos.local.max_age                        =any
views.videos.local_buffer_update_interval         duration
views.videos.view_expiration                      duration
geo_ip.enabled                                    =boolean
geo_ip.country.database_url                       url
geo_ip.city.database_url                          url
plugins.index.enabled                             =boolean
plugins.index.check_latest_versions_interval      duration
plugins.index.url                                 url
federation.enabled                                =boolean
federation.prevent_ssrf                           =boolean
federation.sign_federated_fetches                 =boolean   PEERTUBE_SIGN_FEDERATED_FETCHES
federation.videos.federate_unlisted               =boolean
federation.videos.cleanup_remote_interactions     =boolean
peertube.check_latest_version.enabled             =boolean
peertube.check_latest_version.url                 url
webadmin.configuration.edition.allowed            =boolean
feeds.videos.count                                =number
feeds.comments.count                              =number
stats.registration_requests.enabled               =boolean
stats.abuses.enabled                              =boolean
stats.total_moderators.enabled                    =boolean
stats.total_admins.enabled                        =boolean
webrtc.stun_servers                               =list
nsfw_flags_settings.enabled                       =boolean
download.max_total_bytes_per_second               bytes      -
download.max_bytes_per_ip_per_second              bytes      -
download_generate_video.max_parallel_downloads    =number
admin.email                                       email
contact_form.enabled                              =boolean
signup.enabled                                    =boolean
signup.limit                                      =number
signup.minimum_age                                =number
signup.requires_approval                          =boolean
signup.requires_email_verification                =boolean
signup.filters.cidr.whitelist                     =list
signup.filters.cidr.blacklist                     =list
user.history.videos.enabled                       =boolean
user.disable_root_auth                            =boolean   -
user.video_quota                                  =bytes
user.video_quota_daily                            =bytes
user.default_channel_name                         text
user.password_constraints.min_length              =number
video_channels.max_per_user                       =number
transcoding.enabled                               =boolean
transcoding.threads                               =number
transcoding.concurrency                           =number
transcoding.profile                               text
transcoding.resolutions.0p                        =boolean
transcoding.resolutions.144p                      =boolean   PEERTUBE_TRANSCODING_144P
transcoding.resolutions.240p                      =boolean   PEERTUBE_TRANSCODING_240P
transcoding.resolutions.360p                      =boolean   PEERTUBE_TRANSCODING_360P
transcoding.resolutions.480p                      =boolean   PEERTUBE_TRANSCODING_480P
transcoding.resolutions.720p                      =boolean   PEERTUBE_TRANSCODING_720P
transcoding.resolutions.1080p                     =boolean   PEERTUBE_TRANSCODING_1080P
transcoding.resolutions.1440p                     =boolean   PEERTUBE_TRANSCODING_1440P
transcoding.resolutions.2160p                     =boolean   PEERTUBE_TRANSCODING_2160P
transcoding.web_videos.enabled                    =boolean
transcoding.hls.enabled                           =boolean
transcoding.hls.split_audio_and_video             =boolean
transcoding.original_file.keep                    =boolean
transcoding.allow_additional_extensions           =boolean
transcoding.allow_audio_files                     =boolean
transcoding.remote_runners.enabled                =boolean
transcoding.always_transcode_original_resolution  =boolean
transcoding.fps.max                               =number
live.enabled                                      =boolean
live.max_duration                                 =any
live.max_instance_lives                           =number
live.max_user_lives                               =number
live.allow_replay                                 =boolean
live.latency_setting.enabled                      =boolean
live.rtmp.enabled                                 =boolean
live.rtmp.port                                    =port
live.rtmp.hostname                                text
live.rtmp.public_hostname                         text
live.rtmps.enabled                                =boolean
live.rtmps.port                                   =port
live.rtmps.hostname                               text
live.rtmps.public_hostname                        text
live.rtmps.key_file                               text
live.rtmps.cert_file                              text
live.transcoding.enabled                          =boolean
live.transcoding.remote_runners.enabled           =boolean
live.transcoding.threads                          =number
live.transcoding.profile                          text
live.transcoding.resolutions.0p                   =boolean   PEERTUBE_LIVE_TRANSCODING_0P
live.transcoding.resolutions.144p                 =boolean   PEERTUBE_LIVE_TRANSCODING_144P
live.transcoding.resolutions.240p                 =boolean   PEERTUBE_LIVE_TRANSCODING_240P
live.transcoding.resolutions.360p                 =boolean   PEERTUBE_LIVE_TRANSCODING_360P
live.transcoding.resolutions.480p                 =boolean   PEERTUBE_LIVE_TRANSCODING_480P
live.transcoding.resolutions.720p                 =boolean   PEERTUBE_LIVE_TRANSCODING_720P
live.transcoding.resolutions.1080p                =boolean   PEERTUBE_LIVE_TRANSCODING_1080P
live.transcoding.resolutions.1440p                =boolean   PEERTUBE_LIVE_TRANSCODING_1440P
live.transcoding.resolutions.2160p                =boolean   PEERTUBE_LIVE_TRANSCODING_2160P
live.transcoding.always_transcode_original_resolution =boolean
live.transcoding.fps.max                          =number
video_studio.enabled                              =boolean
video_studio.remote_runners.enabled               =boolean
video_transcription.enabled                       =boolean
video_file.update.enabled                         =boolean
import.videos.http.enabled                        =boolean   PEERTUBE_IMPORT_VIDEOS_HTTP
import.videos.http.force_ipv4                     =boolean
import.videos.http.proxies                        =list
import.videos.torrent.enabled                     =boolean   PEERTUBE_IMPORT_VIDEOS_TORRENT
import.videos.concurrency                         =number
import.videos.timeout                             duration
import.video_channel_synchronization.enabled      =boolean
import.users.enabled                              =boolean
export.users.enabled                              =boolean
export.users.max_user_video_quota                 bytes
export.users.export_expiration                    duration
auto_blacklist.videos.of_users.enabled            =boolean
instance.name                                     text
instance.short_description                        text
instance.description                              text
instance.terms                                    text
instance.code_of_conduct                          text
instance.moderation_information                   text
instance.creation_reason                          text
instance.administrator                            text
instance.maintenance_lifetime                     text
instance.business_model                           text
instance.hardware_information                     text
instance.default_language                         text
instance.languages                                =list
instance.categories                               =list
instance.default_client_route                     text
instance.is_nsfw                                  =boolean
instance.default_nsfw_policy                      do_not_list|warn|blur|display
instance.server_country                           text
instance.support.text                             text
instance.social.external_link                     text
instance.social.mastodon_link                     text
instance.customizations.javascript                text
instance.customizations.css                       text
instance.robots                                   text
instance.securitytxt                              text
services.twitter.username                         text
followers.instance.enabled                        =boolean
followers.instance.manual_approval                =boolean
followers.channels.enabled                        =boolean
followings.instance.auto_follow_back.enabled      =boolean
followings.instance.auto_follow_index.enabled     =boolean
followings.instance.auto_follow_index.index_url   url
theme.default                                     text
broadcast_message.enabled                         =boolean
broadcast_message.message                         text
broadcast_message.level                           info|warning|error
broadcast_message.dismissable                     =boolean
search.remote_uri.users                           =boolean   PEERTUBE_SEARCH_REMOTEURI_USERS
search.remote_uri.anonymous                       =boolean   PEERTUBE_SEARCH_REMOTEURI_ANONYMOUS
search.search_index.enabled                       =boolean
search.search_index.url                           url
client.videos.resumable_upload.max_chunk_size     =bytes
client.menu.login.redirect_on_single_external_auth =boolean
storyboards.enabled                               =boolean
defaults.publish.privacy                          =number
defaults.publish.licence                          =any
defaults.publish.comments_policy                  =number
defaults.publish.download_enabled                 =boolean
defaults.p2p.webapp.enabled                       =boolean
defaults.p2p.embed.enabled                        =boolean
email.body.signature                              text
email.subject.prefix                              text
`;

export const settings = table
  .trim()
  .split("\n")
  .map((row) => {
    const [path, form, variable] = row.trim().split(/ +/);
    const own = variable ?? `PEERTUBE_${path.replaceAll(".", "_").toUpperCase()}`;
    return { path, form: form.replace("=", ""), json: form.startsWith("="), variable: own === "-" ? undefined : own };
  });

/** Variables of the family that are no settings. */
export const otherVariables = ["PEERTUBE_LOCAL_CONFIG", "PT_INITIAL_ROOT_PASSWORD"];

/** Variables that older versions had. */
export const removedVariables = {
  PEERTUBE_TRANSCODING_WEBTORRENT_ENABLED: "6.0; it is PEERTUBE_TRANSCODING_WEB_VIDEOS_ENABLED now",
  PEERTUBE_OBJECT_STORAGE_VIDEOS_BUCKET_NAME: "6.0; it is PEERTUBE_OBJECT_STORAGE_WEB_VIDEOS_BUCKET_NAME now",
  PEERTUBE_OBJECT_STORAGE_VIDEOS_PREFIX: "6.0; it is PEERTUBE_OBJECT_STORAGE_WEB_VIDEOS_PREFIX now",
  PEERTUBE_OBJECT_STORAGE_VIDEOS_BASE_URL: "6.0; it is PEERTUBE_OBJECT_STORAGE_WEB_VIDEOS_BASE_URL now",
};

/** Settings without which there is no instance: each is set by a file or by its variable. */
export const requiredSettings = [
  "webserver.hostname",
  "webserver.port",
  "webserver.https",
  "secrets.peertube",
  "database.hostname",
  "database.username",
  "database.password",
  "admin.email",
  "trust_proxy",
];

/** The buckets, and whether visitors' browsers read from them. */
export const buckets = [
  { name: "streaming_playlists", public: true },
  { name: "web_videos", public: true },
  { name: "captions", public: true },
  { name: "user_exports", public: false },
  { name: "original_video_files", public: false },
];

/** Settings without which object storage cannot work. A bucket's own default, `peertube`, is nobody's. */
export const requiredForObjectStorage = [
  "object_storage.endpoint",
  "object_storage.region",
  "object_storage.credentials.access_key_id",
  "object_storage.credentials.secret_access_key",
  ...buckets.map(({ name }) => `object_storage.${name}.bucket_name`),
];

/** What the image's own configuration says where nothing else does. */
export const defaults = {
  "listen.hostname": "0.0.0.0",
  "listen.port": 9000,
  "rates_limit.api.window": "10 seconds",
  "rates_limit.api.max": 50,
  "rates_limit.login.window": "5 minutes",
  "rates_limit.login.max": 15,
  "database.port": 5432,
  "redis.port": 6379,
  "redis.db": 0,
  "object_storage.enabled": false,
  "object_storage.force_path_style": false,
  "object_storage.upload_acl.public": "public-read",
  "object_storage.upload_acl.private": "private",
  "object_storage.streaming_playlists.prefix": "streaming-playlists/",
  "object_storage.web_videos.prefix": "web-videos/",
  "object_storage.captions.prefix": "captions/",
  "object_storage.user_exports.prefix": "user-exports/",
  "object_storage.original_video_files.prefix": "original-video-files/",
  "signup.enabled": false,
  "signup.limit": 10,
  "signup.requires_approval": true,
  "signup.requires_email_verification": false,
  "user.video_quota": -1,
  "user.password_constraints.min_length": 8,
  "user.disable_root_auth": false,
  "transcoding.enabled": true,
  "transcoding.web_videos.enabled": false,
  "transcoding.hls.enabled": true,
  "transcoding.original_file.keep": false,
  "live.enabled": false,
  "live.allow_replay": true,
  "video_studio.enabled": false,
  "instance.name": "PeerTube",
  "instance.short_description": "PeerTube, an ActivityPub-federated video streaming platform.",
  "instance.description": "Welcome to this PeerTube instance!",
  "instance.default_nsfw_policy": "do_not_list",
  "federation.prevent_ssrf": true,
};

const durations = /^\d+ ?(millisecond|second|minute|hour|day|week|month)s?$/;

/** One check per form: what is wrong with a value, or undefined. Nothing here repeats a value, which may be secret. */
export const forms = {
  any: () => undefined,
  text: (value) => (typeof value === "string" ? undefined : "not text"),
  host: (value) =>
    /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+$/.test(value)
      ? undefined
      : "not a bare host name (no scheme, port, slash or quotes)",
  port: (value) => (Number.isInteger(value) && value > 0 && value < 65536 ? undefined : "not a port number"),
  number: (value) => (typeof value === "number" ? undefined : "not a number"),
  boolean: (value) => (typeof value === "boolean" ? undefined : "neither true nor false"),
  true: (value) => (value === true ? undefined : "must be true: it describes the public address, which has TLS"),
  list: (value) => (Array.isArray(value) ? undefined : "not a list"),
  addresses: (value) =>
    Array.isArray(value) && value.every((one) => /^(loopback|linklocal|uniquelocal|[0-9a-f.:]+(\/\d+)?)$/i.test(one))
      ? undefined
      : "not a list of addresses, ranges, or loopback, linklocal, uniquelocal",
  secret: (value) => (/^[0-9a-f]{64}$/.test(value) ? undefined : "not 64 hexadecimal digits (openssl rand -hex 32)"),
  email: (value) => (/^[^\s@"<>]+@[^\s@"<>]+\.[^\s@"<>]+$/.test(value) ? undefined : "not an e-mail address"),
  duration: (value) =>
    typeof value === "number" || durations.test(value) ? undefined : "not a duration such as `5 minutes`",
  bytes: (value) =>
    value === null || typeof value === "number" || /^\d+ ?([KMGT]?B)$/.test(value)
      ? undefined
      : "neither a number nor a size such as 100MB",
  data: (value) => (/^\/data\/.+/.test(value) ? undefined : "outside /data: EACCES"),
  acl: (value) => (value === null || /^[a-z-]+$/.test(value) ? undefined : "not a canned ACL such as public-read"),
  bucket: (value) => (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(value) ? undefined : "not a bucket name"),
  prefix: (value) =>
    value === "" || /^[^/].*\/$/.test(value) ? undefined : "a prefix ends with a slash and does not begin with one",
  url: (value) => (value === "" || /^https?:\/\/[^\s/"]+[^\s"?#]*$/.test(value) ? undefined : "not an http(s) address"),
};

export function checkForm(form, value) {
  if (form.includes("|"))
    return form.split("|").includes(value) ? undefined : `not one of ${form.replaceAll("|", ", ")}`;
  return forms[form](value);
}
