import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import { z } from "zod";
import type { PasskeySite } from "../../../accounts/passkeys.ts";
import type { RequestContext } from "../../route.ts";
import { fields } from "./read-form.ts";

const Bytes = z.string().regex(/^[A-Za-z0-9_-]{0,20000}$/);

/** What every credential has (W3C WebAuthn, section 5.1); what else a browser says of it is not needed. */
const credential = { id: Bytes, rawId: Bytes, type: z.literal("public-key") };

const Use = z.strictObject({
  challenge: fields.id,
  next: fields.next,
  credential: z
    .object({
      ...credential,
      response: z.object({
        clientDataJSON: Bytes,
        authenticatorData: Bytes,
        signature: Bytes,
        userHandle: Bytes.nullish().transform((handle) => handle ?? undefined),
      }),
    })
    .transform((value) => ({ ...value, clientExtensionResults: {} }) as AuthenticationResponseJSON),
});

const Make = z.strictObject({
  challenge: fields.id,
  name: fields.name,
  credential: z
    .object({
      ...credential,
      response: z.object({
        clientDataJSON: Bytes,
        attestationObject: Bytes,
        transports: z
          .array(z.string().regex(/^[a-z-]{1,20}$/))
          .max(10)
          .optional(),
      }),
    })
    .transform((value) => ({ ...value, clientExtensionResults: {} }) as RegistrationResponseJSON),
});

const schemas = { use: Use, make: Make };

/** Reads what the script sends of a passkey; nothing when it is something else. */
export async function readPasskeyAnswer<Kind extends keyof typeof schemas>(
  { http }: RequestContext,
  kind: Kind,
): Promise<z.output<(typeof schemas)[Kind]> | undefined> {
  let document: unknown;
  try {
    document = await http.req.json();
  } catch {
    return undefined;
  }
  const result = schemas[kind].safeParse(document);
  return result.success ? (result.data as z.output<(typeof schemas)[Kind]>) : undefined;
}

/** Where the passkeys of this panel are. */
export function passkeySite({ panel }: RequestContext): PasskeySite {
  return { queries: panel.queries, origin: panel.settings.origin, now: panel.now() };
}
