import { defineResource, PlainText, text } from "fediversity";
import { z } from "zod";

/** A line that everybody reads who logs in: pam_motd(8). */
export const loginNotice = defineResource({
  name: "login-notice",
  description: "People who log into the machine read this line",
  request: z.strictObject({ line: PlainText.describe("The line, without a line break at its end") }),
  policy: z.strictObject({}),
  binding: z.strictObject({}),
  apply: ({ requests }) => ({
    bindings: requests.map(() => ({})),
    system: requests.map(({ application, name, request }) => ({
      files: { [`/etc/motd.d/${application}-${name}`]: { content: text`${request.line}\n` } },
    })),
  }),
});
