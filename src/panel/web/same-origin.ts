/**
 * Whether a request that changes something came from our own page. Browsers say so themselves: `Sec-Fetch-Site` (W3C Fetch
 * Metadata), and `Origin` in those that are older.
 */
export function sameOrigin(headers: { get(name: string): string | null }, origin: string): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin") return false;
  const from = headers.get("origin");
  if (from !== null) return from === origin;
  return site === "same-origin";
}
