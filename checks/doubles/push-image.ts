import { runOk } from "../../src/providers/process/run.ts";

/**
 * Names an image in a registry that stands in for others: `docker.io/chocobozzz/peertube:v8.3.1` becomes
 * `127.0.0.1:5000/chocobozzz/peertube:v8.3.1`. A first part with a dot or a colon is a host, as in Docker's references.
 */
export function referenceIn(registry: string, reference: string): string {
  const [first = "", ...rest] = reference.split("/");
  const path = rest.length > 0 && /[.:]|^localhost$/.test(first) ? rest.join("/") : reference;
  return `${registry}/${path}`;
}

/** Gives the arguments for skopeo(1) that copy the one image of an OCI layout into a registry. */
export function pushArguments(
  folder: string,
  reference: string,
  options: { readonly registry: string; readonly tlsVerify: boolean },
): string[] {
  return [
    // Nobody signs what we just built.
    "--insecure-policy",
    "copy",
    "--quiet",
    // Machines pin images by digest: the one in the layout must stay the one in the registry.
    "--preserve-digests",
    `--dest-tls-verify=${String(options.tlsVerify)}`,
    `oci:${folder}`,
    `docker://${referenceIn(options.registry, reference)}`,
  ];
}

/**
 * Puts an image into a registry; layers that the registry has are not sent.
 * @param folder the OCI layout with this one image
 * @param reference the image's official name with its tag
 * @param options.registry host and port of the registry, without a scheme; without TLS when `tlsVerify` is false
 */
export async function pushImage(
  folder: string,
  reference: string,
  options: { readonly registry: string; readonly tlsVerify: boolean },
): Promise<void> {
  await runOk("skopeo", pushArguments(folder, reference, options));
}
