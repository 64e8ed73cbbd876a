import { z } from "zod";
import { PlainText, secret, SecretText, text } from "../../model/reference.ts";
import { defineResource } from "../../system/resource.ts";
import type { SystemInput } from "../../system/system.ts";
import { addressOf, remoteAddresses } from "./address-of.ts";
import { dataRoot } from "./data-directory.ts";
import { mergeParts } from "./merge-parts.ts";
import { restrictedPort } from "./restricted-port.ts";
import { stablePort } from "./stable-port.ts";

/** A Valkey of the application's own: valkey.conf. */
export const cache = defineResource({
  name: "cache",
  description: "A Valkey (Redis protocol) of the application's own",
  request: z.strictObject({
    durable: z.boolean().default(false).describe("Whether what is in it survives a restart: needed for queues of jobs"),
  }),
  policy: z.strictObject({
    memory: z.int().min(16).max(1_048_576).default(256).describe("Megabytes at most that one may hold"),
  }),
  binding: z.strictObject({
    host: PlainText,
    port: z.int(),
    password: SecretText,
    /** A unit of the application's machine after which it is there; empty where it is on another. */
    unit: z.string(),
  }),
  apply({ policy, machine, requests }) {
    const instances = requests.map((request) => {
      const name = `${request.application}-${request.name}`;
      return {
        request,
        name,
        port: stablePort(`cache ${name}`),
        password: `cache/${request.application}/${request.name}`,
      };
    });
    return {
      bindings: instances.map(({ request, name, port, password }) => ({
        host: addressOf(machine, request),
        port,
        password: secret(password),
        unit: request.from.name === machine.name ? `valkey-${name}.service` : "",
      })),
      system: instances.map(({ request, name, port, password }): SystemInput => {
        const configuration = `/etc/fediversity/valkey/${name}.conf`;
        const folder = `${dataRoot}/${request.application}/${request.name}`;
        const remote = remoteAddresses(machine, [request]);
        const { durable } = request.request;
        const lines = [
          remote.length > 0 ? "bind * -::*" : "bind 127.0.0.1 -::1",
          `port ${String(port)}`,
          "protected-mode no",
          "supervised systemd",
          "daemonize no",
          `dir ${durable ? folder : `/run/valkey-${name}`}`,
          `maxmemory ${String(policy.memory)}mb`,
          // A queue must not lose jobs to make room; a cache may.
          `maxmemory-policy ${durable ? "noeviction" : "allkeys-lru"}`,
          ...(durable ? ["appendonly yes", "appendfsync everysec", 'save ""'] : ["appendonly no", 'save ""']),
          'rename-command DEBUG ""',
        ];
        return mergeParts(
          {
            packages: ["valkey-server"],
            files: {
              [configuration]: {
                content: text`${lines.map((line) => `${line}\n`).join("")}requirepass ${secret(password)}\n`,
                owner: "valkey",
                mode: "0400",
              },
            },
            directories: durable
              ? {
                  [folder]: {
                    mode: "0700",
                    owner: "valkey",
                    group: "valkey",
                    data: `queues of ${request.application}`,
                  },
                }
              : {},
            units: {
              [`valkey-${name}.service`]: {
                sections: {
                  Unit: { Description: `Valkey for ${request.application}`, After: "network.target" },
                  Service: {
                    Type: "notify",
                    User: "valkey",
                    Group: "valkey",
                    RuntimeDirectory: `valkey-${name}`,
                    ExecStart: ["/usr/bin/valkey-server", configuration],
                    Restart: "always",
                    RestartSec: 1,
                    NoNewPrivileges: true,
                    PrivateTmp: true,
                    PrivateDevices: true,
                    ProtectHome: true,
                    ProtectSystem: "strict",
                    ...(durable ? { ReadWritePaths: folder } : {}),
                    CapabilityBoundingSet: "",
                    LimitNOFILE: 65_535,
                  },
                },
              },
            },
            ports: { [`tcp/${String(port)}`]: { owner: `valkey-${name}` } },
          },
          ...(remote.length > 0 ? [restrictedPort(`valkey-${name}`, port, remote)] : []),
        );
      }),
      secrets: Object.fromEntries(
        instances.map(({ password }) => [
          password,
          { origin: "generated" as const, format: "alphanumeric" as const, length: 40 },
        ]),
      ),
    };
  },
});
