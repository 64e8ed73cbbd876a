// Loaded before the product (node --import): writes each request to an HTTPS server, method and path, as a line into the
// file REQUESTS. Nothing in the product knows of this.
import { appendFileSync } from "node:fs";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";
import process from "node:process";

const { request } = https;
https.request = function counted(...args: Parameters<typeof request>) {
  const [url, options] = args as unknown as [URL, { method?: string }];
  appendFileSync(process.env["REQUESTS"] ?? "/dev/null", `${options.method ?? "GET"} ${url.pathname}\n`);
  return request(...args);
} as typeof request;
syncBuiltinESMExports();
