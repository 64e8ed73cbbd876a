import { defineResource, PlainText } from "fediversity";
import { z } from "zod";

/** Text that people read who log into the machine: pam_motd(8). One file, which nothing has to be restarted for. */
export const notice = defineResource({
  name: "notice",
  description: "People who log into the machine read this",
  request: z.strictObject({ text: PlainText }),
  policy: z.strictObject({}),
  binding: z.strictObject({}),
  apply: ({ requests }) => ({
    bindings: requests.map(() => ({})),
    system: requests.map(({ application, request }) => ({
      files: { [`/etc/motd.d/${application}`]: { content: request.text } },
    })),
  }),
});
