import type { Catalogue } from "../catalogue.ts";
import type { services as original } from "../en/services.ts";

/** Texte dieses Teils. */
export const services: Catalogue<typeof original> = {};
