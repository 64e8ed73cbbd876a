/** Builds the image that machines start from into the cache given as argument, and prints each phase. */
import { renderFailure, reportOf } from "../../../src/model/failure.ts";
import { ensureBaseImage } from "../../../src/providers/local-machine/base-image.ts";

const interrupted = new AbortController();
process.once("SIGINT", () => {
  interrupted.abort();
});
try {
  await ensureBaseImage({
    cache: process.argv[2] ?? "",
    report: ({ text }) => process.stdout.write(`${text}\n`),
    signal: interrupted.signal,
  });
} catch (error) {
  if (!interrupted.signal.aborted) process.stderr.write(`${renderFailure(reportOf(error, "build an image"))}\n`);
  process.exitCode = 1;
}
