import type { Catalogue } from "../catalogue.ts";
import type { accounts as original } from "../en/accounts.ts";

/** Texte dieses Teils. */
export const accounts: Catalogue<typeof original> = {};
