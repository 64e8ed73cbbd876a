import { z } from "zod";
import { isSecret, SecretText } from "../model/reference.ts";
import { HealthCheck } from "../model/health.ts";
import { Image, ImageReference } from "./image.ts";
import { PackageName } from "./package-name.ts";
import { AbsolutePath, AccountName, Mode, Owner } from "./path.ts";
import { Quadlet, QuadletName, Unit, UnitName } from "./unit.ts";

const User = z.strictObject({
  /** Shown by finger and mail clients: the GECOS field, passwd(5). */
  description: z
    .string()
    .regex(/^[^:"\\\p{Cc}\p{Cs}]*$/u, "expected text without colons, quotes, backslashes and control characters")
    .default(""),
  home: AbsolutePath.optional(),
  shell: AbsolutePath.default("/usr/sbin/nologin"),
  /** Groups besides the user's own. They must exist on Debian or be made by a package. */
  groups: z.array(AccountName).default([]),
  /** Public keys that may log in, as lines of authorized_keys: sshd(8). */
  authorizedKeys: z.array(z.string().regex(/^[ -~]+$/, "expected one line of printable ASCII")).default([]),
});

const File = z
  .strictObject({
    content: SecretText,
    /** Without it 0644, and 0600 where the content holds a secret. */
    mode: Mode.optional(),
    owner: Owner.default("root"),
    group: Owner.default("root"),
    /** `copy` where the reader refuses symbolic links; such files are not part of the one rename. */
    place: z.enum(["link", "copy"]).default("link"),
  })
  .superRefine(({ content, mode }, context) => {
    if (mode === undefined || mode.endsWith("00") || !isSecret(content)) return;
    const message = `the content holds a secret, and mode ${mode} lets others than the owner read it: write 0600`;
    context.addIssue({ code: "custom", path: ["mode"], message });
  });

const Directory = z.strictObject({
  mode: Mode.default("0755"),
  owner: Owner.default("root"),
  group: Owner.default("root"),
  /** Given when what lies in it must survive removal: whose data it is, for people who decide about a purge. */
  data: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, "expected text without line breaks and control characters")
    .optional(),
});

/** A port that somebody listens on. Two with different owners conflict. */
const Port = z.strictObject({ owner: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "expected who listens, such as caddy") });

/** The whole wanted state of one Debian machine. */
export const System = z.strictObject({
  packages: z.array(PackageName).default([]),
  users: z.record(AccountName, User).default({}),
  directories: z.record(AbsolutePath, Directory).default({}),
  files: z.record(AbsolutePath, File).default({}),
  /** Container images that quadlets name in `Image=`; a machine knows each under a name that pins its content. */
  images: z.record(ImageReference, Image).default({}),
  units: z.record(UnitName, Unit).default({}),
  quadlets: z.record(QuadletName, Quadlet).default({}),
  /** By `tcp/443` or `udp/443`. */
  ports: z
    .record(z.string().regex(/^(?:tcp|udp)\/[1-9][0-9]{0,4}$/, "expected a port such as tcp/443"), Port)
    .default({}),
  health: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]*$/), HealthCheck).default({}),
});
export type System = z.infer<typeof System>;

/** A part of a system that one resource contributes, as its author writes it: everything is optional. */
export type SystemInput = z.input<typeof System>;
