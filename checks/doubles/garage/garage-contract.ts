import { clusterContract } from "./contract/cluster.ts";
import { keysContract } from "./contract/keys.ts";
import { signaturesContract } from "./contract/signatures.ts";
import { objectsContract } from "./contract/objects.ts";
import { uploadsContract } from "./contract/uploads.ts";
import { websitesContract } from "./contract/websites.ts";
import type { ContractCase } from "./contract/contract-case.ts";

/**
 * What Garage does, as far as Fediversity relies on it: run against the real one and against the double, which is kept
 * honest by that. Needs a server with `contractDomains` as its root domains; the first cases are for one that has no
 * layout yet, and do nothing on another.
 */
export const contract: readonly ContractCase[] = [
  ...clusterContract,
  ...keysContract,
  ...signaturesContract,
  ...objectsContract,
  ...uploadsContract,
  ...websitesContract,
];
