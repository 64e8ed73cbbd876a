import { AccountName, defineResource, PlainText, SecretText, text } from "fediversity";
import { z } from "zod";

const Port = z.int().min(1024).max(65_535);

/** A small service written in Perl, which every Debian machine has. */
export const perlService = defineResource({
  name: "perl-service",
  description: "A small service written in Perl, with a configuration, credentials and a data directory of its own",
  request: z.strictObject({
    program: z.string().describe("Its text; the arguments are port, configuration file and data directory"),
    configuration: PlainText.describe("What the configuration file holds"),
    credentials: z.record(z.string(), SecretText).default({}).describe("Secrets by name, in $CREDENTIALS_DIRECTORY"),
    port: Port.describe("The port that it listens on"),
  }),
  policy: z.strictObject({
    ports: z.strictObject({ from: Port, to: Port }).describe("The ports that services may listen on"),
  }),
  binding: z.strictObject({ url: PlainText, user: AccountName }),
  refuses: ({ ports }, { port }) =>
    port < ports.from || port > ports.to
      ? `allows ports ${String(ports.from)} to ${String(ports.to)}, not ${String(port)}`
      : undefined,
  apply: ({ machine, requests }) => ({
    bindings: requests.map(({ application, request }) => ({
      url: text`http://${machine.address}:${request.port}/`,
      user: application,
    })),
    system: requests.map(({ application, request }) => {
      const program = `/usr/local/lib/${application}/${application}.pl`;
      const configuration = `/etc/${application}.conf`;
      const data = `/var/lib/${application}`;
      return {
        users: { [application]: { description: `Service ${application}` } },
        directories: {
          [data]: { mode: "0700", owner: application, group: application, data: `data of ${application}` },
        },
        files: {
          [program]: { content: request.program },
          [configuration]: { content: request.configuration },
        },
        units: {
          [`${application}.service`]: {
            sections: {
              Unit: { Description: `Service ${application}`, After: "network.target" },
              Service: {
                Type: "notify",
                User: application,
                ExecStart: ["/usr/bin/perl", program, String(request.port), configuration, data],
                Restart: "on-failure",
                NoNewPrivileges: true,
                ProtectSystem: "strict",
                ReadWritePaths: data,
              },
            },
            credentials: request.credentials,
          },
        },
        ports: { [`tcp/${String(request.port)}`]: { owner: application } },
      };
    }),
  }),
});
