import { createInterface } from "node:readline";
import { Failure } from "../../model/failure.ts";
import { leases } from "../state/lease.ts";

// A process for the tests of leases: takes the lease in every folder that is named on standard input, and says how it went.
for await (const folder of createInterface({ input: process.stdin })) {
  try {
    const { fence } = await leases({ folder, deployment: "example.org" }).take(0, () => undefined);
    console.log(`taken ${String(fence)}`);
  } catch (error) {
    console.log(error instanceof Failure ? error.code : String(error));
  }
}
