import { z } from "zod";
import { PlainText, SecretText, text, type Text } from "../../model/reference.ts";
import type { PlacedRequest } from "../../model/resource.ts";
import { ImageReference } from "../../system/image.ts";
import { AbsolutePath } from "../../system/path.ts";
import { defineResource } from "../../system/resource.ts";
import type { SystemInput } from "../../system/system.ts";
import { requireTogether } from "./address-of.ts";
import { container } from "./container.ts";
import { mergeParts } from "./merge-parts.ts";
import { Certificates } from "./trust-store.ts";
import { upgrade } from "./upgrade.ts";

/** The number of the user and group of the image: tools/image/prepare-panel.sh. */
export const panelUser = "8090";

/** Where the image expects what: tools/image/panel-image.ts. */
const home = "/var/lib/fedipanel";
const project = "/srv/fedipanel";
const configuration = "fediversity.config.ts";
const identity = "/run/secrets/identity";
const setUp = "/run/secrets/set-up";
const registries = "/run/secrets/registries.json";

const version = /:([0-9][A-Za-z0-9.-]*)$/;

/** A path in the container, or in the project folder. */
const Path = z.union([
  AbsolutePath,
  z.string().regex(/^(?!\.)[A-Za-z0-9._@+-]+(?:\/(?!\.)[A-Za-z0-9._@+-]+)*$/, "expected a path"),
]);

const Policy = z.strictObject({
  image: ImageReference.refine(
    (image) => version.test(image),
    "expected a tag that is a version, such as registry.hosting.example/fedipanel:0.1.0",
  ).describe("FediPanel's image in a registry of the hosting provider, who builds it by `npm run build-image`"),
  files: z
    .record(Path, SecretText)
    .refine((files) => Object.hasOwn(files, configuration), `expected ${configuration} among them`)
    .describe(
      `Files that the panel reads, by their path in the container or in its folder ${project}: at least ${configuration}, which says what operators get`,
    ),
  identity: SecretText.optional().describe("The SSH key by which the panel logs in to operators' machines"),
  acceptNewHostKeys: z
    .boolean()
    .default(false)
    .describe("Whether a machine that nobody knows yet is trusted once, and its key kept"),
  pull: container.policy.shape.pull,
  memory: z.int().min(256).max(1_048_576).default(1024).describe("Megabytes of the machine's memory at most"),
  trust: Certificates.optional().describe("Certificates that the panel trusts besides Debian's"),
});

const Request = z.strictObject({
  database: upgrade.request.shape.database,
  data: PlainText.describe("The folder that keeps what the panel knows"),
  setUp: SecretText.describe("The link by which the first account is made"),
  environment: z.record(z.string(), SecretText).describe("Variables: docs/panel-installation.md"),
  port: z.int().min(1).max(65_535).describe("The TCP port that it listens on, on loopback"),
});

type Placed = PlacedRequest<z.output<typeof Request>>;

interface Place {
  readonly machine: Placed["from"];
  readonly machineNamed: (name: string) => Placed["from"];
  readonly domain: string;
}

/** A part of the system that another resource makes for one request of the same application. */
function part(made: { readonly system?: SystemInput | readonly SystemInput[] | undefined }): SystemInput {
  return mergeParts(...[made.system ?? []].flat());
}

function partOf({ application, name, request, from }: Placed, policy: z.output<typeof Policy>, place: Place) {
  const { image, pull, trust, memory } = policy;
  const dumped = upgrade.request.parse({
    version: version.exec(image)?.[1] ?? "",
    database: request.database,
    // That of the queue: docs/panel-installation.md, "PostgreSQL".
    schemas: ["queue"],
    after: [request.database.unit],
  });
  const release = { application, name: "release", request: dumped, from };
  const upgraded = upgrade.apply({ ...place, policy: {}, requests: [release] });
  const given: readonly (readonly [string, Text])[] = [
    ...Object.entries(policy.files).map(
      ([path, content]) => [path.startsWith("/") ? path : `${project}/${path}`, content] as const,
    ),
    // OpenSSH takes no key without a line break at its end, which a secret's file does not have here.
    ...(policy.identity === undefined ? [] : [[identity, text`${policy.identity}\n`] as const]),
    [setUp, request.setUp],
  ];
  const server = container.request.parse({
    description: "FediPanel",
    image,
    command: policy.acceptNewHostKeys ? ["--accept-new-host-keys"] : [],
    environment: {
      ...request.environment,
      FEDIPANEL_SET_UP_FILE: setUp,
      // containers-auth.json(5); a file that is named and missing is an error.
      ...(Object.hasOwn(policy.files, registries) ? { REGISTRY_AUTH_FILE: registries } : {}),
    },
    directories: { [home]: { path: request.data } },
    files: Object.fromEntries(given.map(([path, content]) => [path, { content, owner: panelUser, mode: "0400" }])),
    memoryFolders: ["/tmp"],
    backends: [request.database.unit],
    after: upgraded.bindings.map(({ unit }) => unit),
    memory,
    ports: [request.port],
    stopSeconds: 60,
  });
  const run = container.apply({
    ...place,
    policy: container.policy.parse({ pull, trust }),
    requests: [{ application, name, request: server, from }],
  });
  return mergeParts(part(upgraded), part(run));
}

/** FediPanel from an image of the hosting provider's own, with all that it deploys by. */
export const panelServer = defineResource({
  name: "panel-server",
  description: "FediPanel from an image of the hosting provider's own, with what it deploys by",
  request: Request,
  policy: Policy,
  binding: z.strictObject({ unit: z.string() }),
  apply({ policy, requests, ...place }) {
    requireTogether(place.machine, "panel-server", requests);
    return {
      bindings: requests.map(({ application, name }) => ({ unit: `${application}-${name}.service` })),
      system: requests.map((placed) => partOf(placed, policy, place)),
    };
  },
});
