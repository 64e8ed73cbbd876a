/** What a token may be good for. */
export const tokenScopes = ["read", "write", "deploy"] as const;
export type TokenScope = (typeof tokenScopes)[number];
