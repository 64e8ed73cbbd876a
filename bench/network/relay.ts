/**
 * Runs delay lines until standard input ends. Usage: relay.ts ROUND-TRIP ADDRESS (PORT TARGET-ADDRESS TARGET-PORT)…
 * Prints one line when all of them listen.
 */
import { once } from "node:events";
import { delayLine } from "./delay-line.ts";

const [roundTrip = "0", address = "", ...words] = process.argv.slice(2);
for (let at = 0; at < words.length; at += 3) {
  const [port = "0", target = "", targetPort = "0"] = words.slice(at, at + 3);
  const server = delayLine({ address: target, port: Number(targetPort) }, Number(roundTrip));
  await once(server.listen(Number(port), address), "listening");
}
process.stdin.resume().once("end", () => process.exit(0));
process.stdout.write("listening\n");
