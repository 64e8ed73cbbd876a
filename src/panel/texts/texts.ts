import { accounts as deAccounts } from "./de/accounts.ts";
import { provider as deProvider } from "./de/provider.ts";
import { services as deServices } from "./de/services.ts";
import { shell as deShell } from "./de/shell.ts";
import { accounts } from "./en/accounts.ts";
import { provider } from "./en/provider.ts";
import { services } from "./en/services.ts";
import { shell } from "./en/shell.ts";
import type { Language } from "./language.ts";
import { disguise } from "./pseudo.ts";
import type { Catalogue } from "./catalogue.ts";

const en = { accounts, provider, services, shell };

/** Every text of the panel, by the part that shows it. */
export type Texts = { readonly [Part in keyof typeof en]: Catalogue<(typeof en)[Part]> };

const de: Texts = { accounts: deAccounts, provider: deProvider, services: deServices, shell: deShell };

const all: { readonly [Name in Language]: Texts } = { en, de, "en-XA": disguise(en) };

/** The texts in a language. */
export function textsFor(language: Language): Texts {
  return all[language];
}
