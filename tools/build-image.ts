// Builds FediPanel's container image and says how to push it: npm run build-image [-- CACHE]. As root, since it makes the
// root file system of a Debian system.
import path from "node:path";
import { Failure } from "../src/model/failure.ts";
import { buildPanelImage } from "./image/panel-image.ts";

const root = path.dirname(import.meta.dirname);
const [, , cache = "/var/cache/fediversity"] = process.argv;

try {
  const { folder, digest, version } = await buildPanelImage(root, {
    cache,
    anew: true,
    report: (text) => console.error(text),
  });
  console.log(`${digest}
Push it to a registry of yours, and name it there in the policy of the offer:
  skopeo copy --preserve-digests oci:${folder} docker://REGISTRY/fedipanel:${version}`);
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  const { attempted, found, next, details = [] } = error.report;
  console.error([`Cannot ${attempted}: ${found}`, ...details, next].join("\n"));
  process.exitCode = 1;
}
