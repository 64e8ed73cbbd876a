import type { Catalogue } from "../catalogue.ts";
import type { provider as original } from "../en/provider.ts";

/** Texte dieses Teils. */
export const provider: Catalogue<typeof original> = {};
