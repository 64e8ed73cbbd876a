/** What Caddy asks when it is not told: Let's Encrypt (certmagic, `LetsEncryptProductionCA`). */
const letsEncrypt = "https://acme-v02.api.letsencrypt.org/directory";

/** A name as certmagic makes it fit for a file: `KeyBuilder.Safe` of its storage.go. */
function safe(text: string): string {
  const words: Readonly<Record<string, string>> = { " ": "_", "+": "_plus_", "*": "wildcard_", ":": "-", "..": "" };
  return text
    .toLowerCase()
    .trim()
    .replaceAll(/ |\+|\*|:|\.\./g, (found) => words[found] ?? "")
    .replaceAll(/[^0-9a-z_@.-]/g, "");
}

/** What a URL's path says once its escapes are read, as Go's net/url does; what is no UTF-8 goes away in {@link safe}. */
function unescaped(path: string): string {
  const bytes = path.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/**
 * An ACME server as certmagic calls it: `ACMEIssuer.issuerKey` of its acmeissuer.go. Read by hand: the URL class would
 * take the default port away.
 */
function issuer(directory: string): string {
  const [, authority = "", path = ""] = /^[a-z]+:\/\/([^/?#]*)([^?#]*)/i.exec(directory) ?? [];
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  const steps = unescaped(path)
    .replaceAll(/[/\\]/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return safe(steps === "" ? host : `${host}-${steps}`);
}

/**
 * Where Caddy 2.6 keeps the key of the account with which it asks an ACME server, below its storage: certmagic 0.17,
 * account.go, `storageKeyUserPrivateKey`. Without an e-mail address a pattern: Caddy then takes the account of this
 * server that changed last, whoever it is of (`mostRecentAccountEmail`), and makes one called `default` when there is none.
 */
export function accountKey(acme: {
  readonly directory?: string | undefined;
  readonly email?: string | undefined;
}): string {
  const users = `acme/${issuer(acme.directory ?? letsEncrypt)}/users`;
  if (acme.email === undefined) return `${users}/*/*.key`;
  const [name = ""] = acme.email.split("@");
  return `${users}/${safe(acme.email)}/${safe(name)}.key`;
}
