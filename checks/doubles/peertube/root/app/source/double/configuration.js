import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { requireDebian } from "./debian.js";
import {
  buckets,
  checkForm,
  defaults,
  otherVariables,
  removedVariables,
  requiredForObjectStorage,
  requiredSettings,
  settings,
} from "./settings.js";

const yaml = requireDebian("js-yaml");
const byPath = new Map(settings.map((setting) => [setting.path, setting]));
const byVariable = new Map(settings.map((setting) => [setting.variable, setting]));
// Later ones win, as in node-config.
const files = ["production.yaml", "local-production.json", "local-production.yaml"];

const isSection = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** The settings of a file, by path. A path that is no setting is a problem. */
function flatten(value, prefix, file, problems) {
  const entries = [];
  for (const [key, inner] of Object.entries(value)) {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    if (byPath.has(path)) entries.push([path, inner]);
    else if (isSection(inner)) entries.push(...flatten(inner, path, file, problems));
    else problems.push(`${file}: ${path}: unknown setting`);
  }
  return entries;
}

function readFile(path, problems) {
  if (!existsSync(path)) return [];
  let value;
  try {
    value = yaml.load(readFileSync(path, "utf8")) ?? {};
  } catch (error) {
    // The reason alone: the rest of the message quotes the file.
    problems.push(`${path}: cannot be read as YAML: ${error.reason ?? error.code}`);
    return [];
  }
  if (!isSection(value)) {
    problems.push(`${path}: not a mapping`);
    return [];
  }
  const found = flatten(value, "", path, problems);
  for (const [key, one] of found) {
    const problem = one === null ? undefined : checkForm(byPath.get(key).form, one);
    if (problem !== undefined) problems.push(`${path}: ${key}: ${problem}`);
  }
  return found;
}

function readVariables(environment, problems) {
  const found = [];
  for (const [name, text] of Object.entries(environment)) {
    if (!/^(PEERTUBE|PT)_/.test(name) || otherVariables.includes(name)) continue;
    const setting = byVariable.get(name);
    if (setting === undefined) {
      problems.push(
        `${name}: ${name in removedVariables ? `removed in ${removedVariables[name]}` : "unknown variable"}`,
      );
      continue;
    }
    // node-config takes an empty variable for none.
    if (text === "") continue;
    let value = text;
    if (!setting.json && !setting.path.startsWith("instance.") && /^(".*"|'.*')$/.test(text)) {
      problems.push(`${name}: quotes around the value: an environment file is taken verbatim`);
      continue;
    }
    if (setting.json) {
      try {
        value = JSON.parse(text);
      } catch {
        problems.push(`${name}: not valid JSON`);
        continue;
      }
    }
    const problem = checkForm(setting.form, value);
    if (problem === undefined) found.push([setting.path, value]);
    else problems.push(`${name}: ${problem}`);
  }
  return found;
}

/** What settings say together, in the words of the real software where it has some. */
const rules = [
  (get) =>
    get("database.name") === undefined &&
    get("database.suffix") === undefined &&
    "PEERTUBE_DB_NAME: missing (or PEERTUBE_DB_SUFFIX)",
  (get) =>
    get("redis.hostname") === undefined &&
    get("redis.socket") === undefined &&
    "PEERTUBE_REDIS_HOSTNAME: missing (or redis.socket)",
  (get) =>
    get("smtp.hostname") !== undefined &&
    get("smtp.from_address") === undefined &&
    "PEERTUBE_SMTP_FROM: missing where PEERTUBE_SMTP_HOSTNAME is set",
  (get) =>
    get("webserver.port") !== undefined &&
    get("webserver.port") !== 443 &&
    "PEERTUBE_WEBSERVER_PORT: must be 443: it describes the public address",
  (get) =>
    get("transcoding.enabled") &&
    !get("transcoding.web_videos.enabled") &&
    !get("transcoding.hls.enabled") &&
    "PEERTUBE_TRANSCODING_HLS_ENABLED: You need to enable at least Web Video transcoding or HLS transcoding.",
  (get) =>
    get("live.enabled") &&
    get("live.allow_replay") &&
    !get("transcoding.enabled") &&
    "PEERTUBE_LIVE_ALLOW_REPLAY: Live allow replay cannot be enabled if transcoding is not enabled.",
  (get) =>
    get("video_studio.enabled") &&
    !get("transcoding.enabled") &&
    "PEERTUBE_VIDEO_STUDIO_ENABLED: Video studio cannot be enabled if transcoding is disabled",
  (get) => {
    if (get("object_storage.enabled") !== true) return false;
    const names = [
      "web_videos",
      "streaming_playlists",
      ...(get("transcoding.original_file.keep") ? ["original_video_files"] : []),
    ];
    const places = names.map((name) =>
      JSON.stringify([get(`object_storage.${name}.bucket_name`), get(`object_storage.${name}.prefix`)]),
    );
    return (
      new Set(places).size < places.length &&
      "PEERTUBE_OBJECT_STORAGE_WEB_VIDEOS_PREFIX: Bucket prefixes should be set to different values when the same bucket is used for both types of video."
    );
  },
];

const nameOf = (path) => byPath.get(path).variable ?? path;

/**
 * Puts the configuration together as node-config does: the image's own, then the files in /config, then the environment.
 * @returns a function from a path to its value, and every problem that was found
 */
export function readConfiguration(environment) {
  const problems = [];
  const folder = (environment.NODE_CONFIG_DIR ?? "/config").split(":").at(-1);
  const values = new Map(Object.entries(defaults));
  const set = new Set();
  const add = ([path, value]) => {
    set.add(path);
    values.set(path, value);
  };
  for (const file of files) readFile(join(folder, file), problems).forEach(add);
  readVariables(environment, problems).forEach(add);
  const get = (path) => {
    if (!byPath.has(path)) throw new Error(`${path} is no setting`);
    return values.get(path) ?? undefined;
  };
  const required = [...requiredSettings, ...(get("object_storage.enabled") === true ? requiredForObjectStorage : [])];
  const wrong = (path) => problems.some((problem) => problem.startsWith(`${nameOf(path)}:`));
  for (const path of required) {
    if (get(path) === undefined && !wrong(path)) problems.push(`${nameOf(path)}: missing`);
  }
  for (const rule of rules) {
    const problem = rule(get);
    if (problem !== false && problem !== undefined) problems.push(problem);
  }
  return { get, isSet: (path) => set.has(path), problems, buckets };
}

/** Milliseconds of a duration such as `10 seconds`. */
export function milliseconds(duration) {
  if (typeof duration === "number") return duration;
  const units = {
    millisecond: 1,
    second: 1000,
    minute: 60e3,
    hour: 3600e3,
    day: 86400e3,
    week: 604800e3,
    month: 2592000e3,
  };
  const [, count, unit] = /^(\d+) ?([a-z]+?)s?$/.exec(duration);
  return Number(count) * units[unit];
}
