import { createHash } from "node:crypto";
import { Failure } from "../../../model/failure.ts";
import { run, type RunResult } from "../../process/run.ts";

/** Architectures as the image specification names them (GOARCH), by Debian's names: dpkg --print-architecture. */
const architectures: Readonly<Record<string, string>> = {
  amd64: "amd64",
  arm64: "arm64",
  armhf: "arm",
  i386: "386",
  ppc64el: "ppc64le",
  riscv64: "riscv64",
  s390x: "s390x",
};

function skopeoFailure(image: string, attempted: string, result: RunResult): Failure {
  const said = `${result.stderr}\n${result.stdout}`;
  const details = said.trim().split("\n").slice(-6);
  const known = [
    {
      words: /manifest unknown|name unknown|not found: manifest|repository name not known/,
      code: "image-unknown",
      found: "the registry does not have this image",
      next: "Correct the image's name and tag in the application's module, or push the image.",
    },
    {
      words: /unauthorized|authentication required|denied/,
      code: "image-denied",
      found: "the registry does not let this computer have the image",
      next: "Log in with `skopeo login REGISTRY`, or correct the image's name.",
    },
    {
      words: /does not match|digest mismatch|Manifest does not match|unexpected EOF/i,
      code: "image-damaged",
      found: "what the registry sent is not what the digest says",
      next: "Try again; if it stays, the registry or a proxy in between alters images: do not use it.",
    },
    {
      words: /no image found in (?:manifest list|image index)/,
      code: "image-architecture",
      found: "the image does not exist for the machine's architecture",
      next: "Use a machine of another architecture, or another image.",
    },
    {
      words: /no space left on device/i,
      code: "disk-full",
      found: "the disk of the image cache is full",
      next: "Make room on the disk of the cache, then try again.",
    },
  ].find(({ words }) => words.test(said));
  return new Failure({
    code: known?.code ?? "registry-unreachable",
    attempted,
    subject: image,
    found: known?.found ?? "the registry did not give it",
    next: known?.next ?? "Check that this computer reaches the registry; then run the same again: nothing was changed.",
    details,
  });
}

async function skopeo(
  args: readonly string[],
  image: string,
  attempted: string,
  signal: AbortSignal | undefined,
): Promise<RunResult> {
  let result: RunResult;
  try {
    result = await run("skopeo", args, { signal });
  } catch (error) {
    if (!(error instanceof Failure) || error.report.code !== "command-missing") throw error;
    throw new Failure(
      {
        code: "command-missing",
        attempted,
        subject: image,
        found: "this computer does not have skopeo, which fetches container images",
        next: "Install it: apt-get install skopeo.",
      },
      { cause: error },
    );
  }
  if (result.code !== 0) throw skopeoFailure(image, attempted, result);
  return result;
}

/**
 * Asks the registry for the digest that an image's tag stands for: of the index where it has several architectures.
 * skopeo-inspect(1)
 * @throws Failure `image-unknown`, `image-denied`, `registry-unreachable`, `command-missing`
 */
export async function resolveImage(image: string, signal?: AbortSignal): Promise<string> {
  const attempted = "ask the registry what the image's tag stands for";
  const args = ["inspect", "--raw", "--no-tags", "--retry-times", "2", `docker://${image}`];
  const { stdout } = await skopeo(args, image, attempted, signal);
  return `sha256:${createHash("sha256").update(stdout).digest("hex")}`;
}

/**
 * Copies an image by its digest into a folder in the form of an OCI layout, its blobs into a folder that images share.
 * skopeo-copy(1)
 * @param architecture as dpkg names it
 * @throws Failure as {@link resolveImage}, and `image-damaged`, `image-architecture`, `disk-full`
 */
export async function copyImage(options: {
  readonly image: string;
  readonly digest: string;
  readonly architecture: string;
  readonly folder: string;
  readonly blobs: string;
  readonly signal?: AbortSignal | undefined;
}): Promise<void> {
  const { image, digest, architecture, folder, blobs, signal } = options;
  const args = [
    ...["copy", "--quiet", "--retry-times", "2"],
    ...["--override-os", "linux", "--override-arch", architectures[architecture] ?? architecture],
    ...["--dest-shared-blob-dir", blobs],
    `docker://${image.replace(/:[^:/]+$/, "")}@${digest}`,
    `oci:${folder}:image`,
  ];
  await skopeo(args, image, "fetch the image", signal);
}
