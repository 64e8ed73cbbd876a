import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type AuthenticatorTransportFuture,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
} from "@simplewebauthn/server";
import type { Queries } from "../database/database.ts";
import { keepChallenge, takeChallenge } from "./challenges.ts";
import { newId } from "./secret-value.ts";

/** Where passkeys are kept, and for which site. */
export interface PasskeySite {
  readonly queries: Queries;
  /** Where browsers find the panel: passkeys belong to its host. */
  readonly origin: string;
  readonly now: number;
}

/** Whose passkeys. */
export interface PasskeyOwner {
  readonly id: string;
  readonly email: string;
  readonly name: string;
}

/** What the browser is asked, and the id under which its answer is expected. */
export interface Asked<Options> {
  readonly challenge: string;
  readonly options: Options;
}

/** A passkey as its person sees it. */
export interface ListedPasskey {
  readonly id: string;
  readonly name: string;
  readonly made: Date;
  readonly used: Date | null;
}

/** The host that passkeys belong to (W3C WebAuthn, "RP ID"). */
function hostOf(origin: string): string {
  return new URL(origin).hostname;
}

/** The passkeys of a person. */
export async function passkeysOf(queries: Queries, person: string): Promise<readonly ListedPasskey[]> {
  return await queries
    .selectFrom("passkey")
    .select(["id", "name", "created_at as made", "used_at as used"])
    .where("person_id", "=", person)
    .orderBy("created_at")
    .execute();
}

/** Takes a passkey away; its name, or nothing when the person has none of this id. */
export async function removePasskey(queries: Queries, person: string, id: string): Promise<string | undefined> {
  const row = await queries
    .deleteFrom("passkey")
    .where("person_id", "=", person)
    .where("id", "=", id)
    .returning("name")
    .executeTakeFirst();
  return row?.name;
}

/** What a browser is asked to make a passkey: one that is found without a name, and by which the device knows its person. */
export async function askForNewPasskey(
  { queries, origin, now }: PasskeySite,
  owner: PasskeyOwner,
): Promise<Asked<PublicKeyCredentialCreationOptionsJSON>> {
  const known = await queries
    .selectFrom("passkey")
    .select("credential_id as id")
    .where("person_id", "=", owner.id)
    .execute();
  const options = await generateRegistrationOptions({
    rpName: "FediPanel",
    rpID: hostOf(origin),
    userID: new Uint8Array(Buffer.from(owner.id)),
    userName: owner.email,
    userDisplayName: owner.name,
    attestationType: "none",
    excludeCredentials: known,
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
  });
  return { challenge: await keepChallenge(queries, { challenge: options.challenge, person: owner.id, now }), options };
}

/** An answer that does not prove what it should is nothing but that; the library says so by exceptions. */
async function unlessRefused<Result>(verify: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await verify();
  } catch {
    return undefined;
  }
}

/**
 * Keeps the passkey that a browser made.
 * @returns whether the answer fits what was asked of this person
 */
export async function addPasskey(
  { queries, origin, now }: PasskeySite,
  owner: PasskeyOwner,
  answer: { readonly challenge: string; readonly name: string; readonly credential: RegistrationResponseJSON },
): Promise<boolean> {
  const expectedChallenge = await takeChallenge(queries, { id: answer.challenge, person: owner.id, now });
  if (expectedChallenge === undefined) return false;
  const result = await unlessRefused(() =>
    verifyRegistrationResponse({
      response: answer.credential,
      expectedChallenge,
      expectedOrigin: origin,
      expectedRPID: hostOf(origin),
      requireUserVerification: true,
    }),
  );
  if (result?.verified !== true) return false;
  const { id, publicKey, counter, transports = [] } = result.registrationInfo.credential;
  const added = await queries
    .insertInto("passkey")
    .values({
      id: newId(),
      person_id: owner.id,
      credential_id: id,
      public_key: Buffer.from(publicKey).toString("base64url"),
      counter,
      transports: transports.join(","),
      name: answer.name,
      created_at: new Date(now),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning("id")
    .executeTakeFirst();
  return added !== undefined;
}

/**
 * What a browser is asked for a passkey that is there.
 * @param person whose it has to be; nobody's in particular at the sign-in, where it says who it is
 */
export async function askForPasskey(
  { queries, origin, now }: PasskeySite,
  person: string | null,
): Promise<Asked<PublicKeyCredentialRequestOptionsJSON>> {
  const options = await generateAuthenticationOptions({ rpID: hostOf(origin), userVerification: "required" });
  return { challenge: await keepChallenge(queries, { challenge: options.challenge, person, now }), options };
}

/**
 * Takes a browser's proof by a passkey, with the person verified by their device.
 * @returns the person; nothing when it does not prove it
 */
export async function takePasskey(
  { queries, origin, now }: PasskeySite,
  person: string | null,
  answer: { readonly challenge: string; readonly credential: AuthenticationResponseJSON },
): Promise<string | undefined> {
  const expectedChallenge = await takeChallenge(queries, { id: answer.challenge, person, now });
  if (expectedChallenge === undefined) return undefined;
  const { credential } = answer;
  const row = await queries
    .selectFrom("passkey")
    .selectAll()
    .where("credential_id", "=", credential.id)
    .executeTakeFirst();
  if (row === undefined || (person !== null && row.person_id !== person)) return undefined;
  const { userHandle } = credential.response;
  if (userHandle !== undefined && Buffer.from(userHandle, "base64url").toString() !== row.person_id) return undefined;
  const result = await unlessRefused(() =>
    verifyAuthenticationResponse({
      response: credential,
      expectedChallenge,
      expectedOrigin: origin,
      expectedRPID: hostOf(origin),
      requireUserVerification: true,
      credential: {
        id: row.credential_id,
        publicKey: new Uint8Array(Buffer.from(row.public_key, "base64url")),
        counter: row.counter,
        transports: row.transports.split(",").filter((one) => one !== "") as AuthenticatorTransportFuture[],
      },
    }),
  );
  if (result?.verified !== true) return undefined;
  await queries
    .updateTable("passkey")
    .set({ counter: result.authenticationInfo.newCounter, used_at: new Date(now) })
    .where("id", "=", row.id)
    .execute();
  return row.person_id;
}
