import { fileURLToPath } from "node:url";
import { Failure } from "../../model/failure.ts";

const attempted = "load fediversity.config.ts";

/** Makes the failure of a `fediversity.config.ts` that cannot be used. */
export function configFailure(options: {
  readonly subject: string;
  readonly found: string;
  readonly next: string;
  readonly details?: readonly string[] | undefined;
  readonly cause?: unknown;
}): Failure {
  const { cause, ...report } = options;
  return new Failure({ code: "config-invalid", attempted, ...report }, { cause });
}

function readable(place: string): string {
  return place.startsWith("file://") ? fileURLToPath(place) : place;
}

/** Where an error is, as Node writes it above the error: `/path/file.ts:3`, then the line and a marker. */
function printedPlace(stack: string): { readonly subject: string; readonly details: readonly string[] } | undefined {
  const head = /^((?:file:\/\/)?\/[^\n]*):(\d+)\n([\s\S]*?)\n\s*(?:\w*Error)\b/.exec(stack);
  if (head === null) return undefined;
  const [, place = "", line = "", source = ""] = head;
  return { subject: `${readable(place)}:${line}`, details: source.split("\n").filter((text) => text.trim() !== "") };
}

/** The first frame of a stack that is neither Node's nor the product's own. */
function thrownPlace(stack: string, file: string): string | undefined {
  const frames = stack
    .split("\n")
    .flatMap((frame) => /(?:\(|at |async )((?:file:\/\/)?\/[^()]*:\d+:\d+)\)?$/.exec(frame)?.[1] ?? []);
  const readableFrames = frames.map((frame) => readable(frame));
  return readableFrames.find((frame) => frame.startsWith(`${file}:`)) ?? readableFrames[0];
}

/**
 * Turns what loading the file threw into a failure with its place. What the file threw as a Failure stays as it is.
 * @param file absolute path
 */
export function explainConfigError(file: string, thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const stack = error.stack ?? "";
  const code = "code" in error ? String(error.code) : "";
  if (code === "ERR_MODULE_NOT_FOUND") {
    const [, from = file] = /imported from (.*)$/.exec(error.message) ?? [];
    return configFailure({
      subject: from,
      found: error.message.replace(/ imported from .*$/, "").replace(/^C/, "c"),
      next: "Install the package beside the file that imports it, or correct the path (it ends in .ts or .js).",
      cause: thrown,
    });
  }
  const printed = error instanceof SyntaxError ? printedPlace(stack) : undefined;
  if (printed !== undefined) {
    const unsupported = code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX";
    return configFailure({
      ...printed,
      found: error.message,
      next: unsupported
        ? "Write it without what has to be translated: enums, namespaces, parameter properties, import aliases."
        : "Correct it there; nothing has been changed anywhere.",
      cause: thrown,
    });
  }
  return configFailure({
    subject: thrownPlace(stack, file) ?? file,
    found: `${error.name}: ${error.message}`,
    next: "Correct it there; nothing has been changed anywhere.",
    cause: thrown,
  });
}
