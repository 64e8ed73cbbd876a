import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** What an authenticator is asked, as far as this one looks at it. */
interface Question {
  readonly challenge: string;
  readonly rp?: { readonly id?: string };
  readonly rpId?: string;
  readonly user?: { readonly id: string };
}

/** What can be wrong with an answer. */
interface Flaws {
  readonly origin?: string;
  /** Only the presence of somebody, not who it is. */
  readonly unverified?: boolean;
  /** Another key than the one that was registered. */
  readonly otherKey?: boolean;
  readonly userHandle?: string;
}

/** An authenticator with one passkey, made of a key in this process. */
export interface SoftwareAuthenticator {
  /** Answers like `navigator.credentials.create()`, in JSON. */
  make(question: Question, flaws?: Flaws): object;
  /** Answers like `navigator.credentials.get()`, in JSON. */
  use(question: Question, flaws?: Flaws): object;
}

type Cbor = number | string | Buffer | ReadonlyMap<number | string, Cbor>;

function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value]);
  if (value < 256) return Buffer.from([(major << 5) | 24, value]);
  return Buffer.from([(major << 5) | 25, value >> 8, value & 255]);
}

/** RFC 8949, as much of it as credentials need. */
function cbor(value: Cbor): Buffer {
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === "string") return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, one]) => [cbor(key), cbor(one)])]);
}

function sha256(data: string | Buffer): Buffer {
  return createHash("sha256").update(data).digest();
}

function url(data: Buffer): string {
  return data.toString("base64url");
}

/** Makes one for a browser that is at an origin. */
export function softwareAuthenticator(ownOrigin: string): SoftwareAuthenticator {
  const newKey = () => generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { privateKey, publicKey } = newKey();
  const id = randomBytes(16);
  let user = "";
  let counter = 0;
  const authenticatorData = (host: string, flags: number, rest: Buffer = Buffer.alloc(0)): Buffer => {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    return Buffer.concat([sha256(host), Buffer.from([flags]), count, rest]);
  };
  const clientData = (type: string, challenge: string, origin: string): Buffer =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  const credential = { id: url(id), rawId: url(id), type: "public-key", clientExtensionResults: {} };
  return {
    make({ challenge, rp, user: owner }, { origin = ownOrigin, unverified = false } = {}) {
      user = owner?.id ?? "";
      const { x = "", y = "" } = publicKey.export({ format: "jwk" });
      const key = new Map<number, Cbor>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x, "base64url")],
        [-3, Buffer.from(y, "base64url")],
      ]);
      const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, cbor(key)]);
      const authData = authenticatorData(rp?.id ?? "", unverified ? 0x41 : 0x45, attested);
      const attestation = new Map<string, Cbor>([
        ["fmt", "none"],
        ["attStmt", new Map()],
        ["authData", authData],
      ]);
      return {
        ...credential,
        response: {
          clientDataJSON: url(clientData("webauthn.create", challenge, origin)),
          attestationObject: url(cbor(attestation)),
          transports: ["internal"],
        },
      };
    },
    use({ challenge, rpId }, { origin = ownOrigin, unverified = false, otherKey = false, userHandle = user } = {}) {
      counter += 1;
      const client = clientData("webauthn.get", challenge, origin);
      const data = authenticatorData(rpId ?? "", unverified ? 0x01 : 0x05);
      const key = otherKey ? newKey().privateKey : privateKey;
      return {
        ...credential,
        response: {
          clientDataJSON: url(client),
          authenticatorData: url(data),
          signature: url(sign("sha256", Buffer.concat([data, sha256(client)]), key)),
          userHandle,
        },
      };
    },
  };
}
