import { createReadStream } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { ProviderContext } from "../../engine/provider.ts";
import type { AskedImage } from "./images/send-images.ts";
import { refusal } from "./machine-report.ts";
import type { MachineProviderOptions } from "./options.ts";
import { packagesProgram } from "./program.ts";
import type { Session } from "./ssh/session.ts";

/** What activation needs of a provider's context. */
export type ActivationContext = Pick<
  ProviderContext<unknown>,
  "component" | "deployment" | "progress" | "secrets" | "signal"
>;

/** What a machine misses. */
export interface Asked {
  readonly missing: readonly string[];
  readonly packages: readonly string[];
  readonly images: readonly AskedImage[];
  /** Digests of compressed image layers that are there. */
  readonly layers: ReadonlySet<string>;
  readonly architecture: string;
  readonly status: Buffer;
}

/** What a machine answers when a generation is offered to it. */
export type Answer =
  | { readonly kind: "ready"; readonly asked: Asked }
  | { readonly kind: "resume" | "same"; readonly number: number };

/** Reads what the machine asks for, up to `ready`; what an earlier activation still says is passed on. */
export async function readAnswer(session: Session, context: ActivationContext): Promise<Answer> {
  const missing: string[] = [];
  const packages: string[] = [];
  const images: AskedImage[] = [];
  const layers = new Set<string>();
  let architecture = "";
  let status: Buffer = Buffer.alloc(0);
  for (;;) {
    const line = await session.line();
    const [keyword = "", first = "", second = "", third = ""] = line.split(" ");
    switch (keyword) {
      case "missing":
        missing.push(first);
        break;
      case "package":
        packages.push(first);
        break;
      case "image":
        if (third !== "machine") images.push({ image: first, digest: second });
        break;
      case "layer":
        layers.add(first);
        break;
      case "architecture":
        architecture = first;
        break;
      case "status":
        status = await session.take(Number(first));
        break;
      case "phase":
        context.progress("earlier activation", { text: first });
        break;
      case "resume":
      case "same":
        return { kind: keyword, number: Number(first) };
      case "error":
        throw refusal(line, context.component, "stage a generation");
      case "ready":
        return { kind: "ready", asked: { missing, packages, images, layers, architecture, status } };
    }
  }
}

/** Sends packages and files that the machine misses. Nothing has changed on it until `go`. */
export async function sendMissing(
  session: Session,
  options: MachineProviderOptions,
  context: ActivationContext,
  asked: Asked,
  archive: Buffer,
): Promise<void> {
  // Loaded only where packages travel, for the sake of start-up.
  const { resolvePackages } = await import("./packages/resolve-packages.ts");
  const { install } =
    asked.packages.length === 0
      ? { install: [] }
      : await resolvePackages({
          names: asked.packages,
          status: gunzipSync(asked.status),
          architecture: asked.architecture,
          cache: options.cache,
          signal: context.signal,
          report: ({ done, total, text }) =>
            context.progress("fetch packages", { text, done, ...(total === undefined ? {} : { total }) }),
        });
  const bytes = install.reduce((sum, file) => sum + file.size, 0);
  const { sendImages, transferOf } = await import("./images/send-images.ts");
  const transfer = await transferOf({
    cache: options.imageCache,
    images: asked.images,
    present: asked.layers,
    architecture: asked.architecture,
    signal: context.signal,
    report: (text) => context.progress("fetch images", { text }),
  });
  const imageBytes = transfer.blobs.reduce((sum, blob) => sum + blob.size, 0);
  // Unpacked, packages and images take about four times their size; the tree twice, while it is staged.
  session.send("need", bytes * 5 + imageBytes * 5 + archive.length * 8 + 4_194_304);
  if (install.length > 0) {
    const program = packagesProgram();
    session.send("packages-program", program.length);
    await session.write(program);
  }
  let done = 0;
  let said = 0;
  for (const file of install) {
    session.send("deb", file.fileName, file.size);
    for await (const chunk of createReadStream(file.path)) {
      await session.write(chunk as Buffer);
      done += (chunk as Buffer).length;
      if (done < bytes && performance.now() - said < 100) continue;
      said = performance.now();
      context.progress("send packages", { text: file.name, done, total: bytes });
    }
  }
  if (transfer.blobs.length > 0) {
    const text = asked.images.map(({ image }) => image).join(", ");
    await sendImages(session, transfer, (sent, total) => context.progress("send images", { text, done: sent, total }));
  }
  if (archive.length > 0) {
    session.send("tree", archive.length);
    await session.write(archive);
  }
  session.send("go");
}
