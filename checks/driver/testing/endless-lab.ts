/** Starts a lab with one machine, prints where it is as one line of JSON, and stays until it is ended. */
import { createLab } from "../lab.ts";

const lab = await createLab({ name: "driver-endless", print: () => undefined });
lab.machine("orphan", { disk: 64 * 1024 ** 2 });
await lab.start();
process.stdout.write(`${JSON.stringify({ folder: lab.folder, namespace: lab.network.namespace })}\n`);
await new Promise<never>(() => setInterval(() => undefined, 60_000));
