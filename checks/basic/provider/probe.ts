import { type Application, defineApplication, defineResource, PlainText, SecretText, text } from "fediversity";
import { z } from "zod";

/** A service that does nothing, beside one that has nothing to do with its configuration. */
const idleService = defineResource({
  name: "idle-service",
  description: "A service that waits for ever, with a configuration, a secret file and a credential",
  request: z.strictObject({
    configuration: PlainText,
    secret: SecretText,
    token: SecretText,
    broken: z.boolean(),
    box: z.string().optional(),
  }),
  policy: z.strictObject({}),
  binding: z.strictObject({ file: PlainText }),
  apply: ({ requests }) => ({
    bindings: requests.map(({ application }) => ({ file: `/etc/${application}.conf` })),
    system: requests.map(({ application, request }) => ({
      users: { [application]: { description: `Service ${application}` } },
      directories: {
        [`/var/lib/${application}`]: {
          mode: "0700",
          owner: application,
          group: application,
          data: `data of ${application}`,
        },
      },
      files: {
        [`/etc/${application}.conf`]: { content: request.configuration },
        [`/etc/${application}.secret`]: { content: request.secret, owner: application, group: application },
        "/etc/issue": { content: "This machine is looked after by Fediversity.\n" },
      },
      quadlets:
        request.box === undefined
          ? {}
          : {
              [`${application}-box.container`]: {
                sections: {
                  Container: {
                    Image: "localhost/idle:1",
                    Exec: ["/bin/busybox", "sleep", "1000000"],
                    Network: "none",
                    // Process 1 of a container does not end at SIGTERM by itself.
                    StopTimeout: 1,
                    Environment: { BOX: request.box },
                  },
                },
              },
            },
      units: {
        [`${application}.service`]: {
          sections: {
            Unit: { Description: `Waits for ever as ${application}` },
            Service: {
              User: application,
              // The configuration is named, so that a change of it restarts this unit and no other.
              ExecStart: ["/bin/sh", "-c", 'test -r "$0" && exec sleep infinity', `/etc/${application}.conf`],
            },
          },
          credentials: { token: request.token },
        },
        [`${application}-beside.service`]: {
          sections: { Service: { ExecStart: ["/bin/sleep", "infinity"] } },
        },
        ...(request.broken
          ? {
              [`${application}-broken.service`]: {
                sections: { Service: { ExecStart: ["/bin/sh", "-c", "echo cannot work; exit 1"] } },
              },
            }
          : {}),
      },
    })),
  }),
});

/** An application whose options bring about what the check wants to see. */
export function probe(name: string): Application {
  return defineApplication({
    name,
    description: "Brings about what the check wants to see",
    options: z.object({
      greeting: z.string().default("hello").describe("What the configuration says"),
      healthy: z.boolean().default(true).describe("Whether its health check passes"),
      broken: z.boolean().default(false).describe("Whether one of its units fails"),
      box: z.string().optional().describe("A variable of its container; without it there is none"),
    }),
    state: [{ kind: "directory", request: "service", description: "Nothing of value" }],
    health: ({ options }) => ({
      fine: { kind: "command", command: [options.healthy ? "/bin/true" : "/bin/false"], deadline: 3 },
    }),
    implementation({ options, initialPassword, request, secret }) {
      request(idleService, "service", {
        configuration: `${options.greeting}\n`,
        secret: text`password=${initialPassword}\n`,
        token: secret("token", { format: "hex", length: 24 }),
        broken: options.broken,
        box: options.box,
      });
    },
  });
}

export { idleService };
