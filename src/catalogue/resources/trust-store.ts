import { z } from "zod";
import type { SystemInput } from "../../system/system.ts";

/** Certificates in PEM: RFC 7468. */
export const Certificates = z
  .string()
  .max(100_000)
  .regex(
    /^(?:-----BEGIN CERTIFICATE-----\r?\n[A-Za-z0-9+/=\r\n]+-----END CERTIFICATE-----\r?\n?)+$/,
    "expected certificates in PEM",
  );

/** The unit that makes the bundle; what reads the bundle is ordered after it. */
export const trustStoreUnit = "trust-store.service";

/** The certificates that programs trust: Debian's and those of the policy. */
export const trustStoreBundle = "/run/trust-store/ca-certificates.crt";

const added = "/etc/fediversity/trusted-certificates.pem";

/** A part of a system that makes the bundle, in memory, so that Debian's own stays as it is. */
export function trustStore(certificates: string): SystemInput {
  return {
    packages: ["ca-certificates"],
    files: { [added]: { content: certificates.endsWith("\n") ? certificates : `${certificates}\n` } },
    units: {
      [trustStoreUnit]: {
        sections: {
          Unit: { Description: "Debian's trusted certificates and those of the hosting provider" },
          Service: {
            Type: "oneshot",
            RemainAfterExit: true,
            RuntimeDirectory: "trust-store",
            ExecStart: [
              ["/bin/sh", "-c", 'cat /etc/ssl/certs/ca-certificates.crt "$1" >"$2"', "sh", added, trustStoreBundle],
            ],
          },
        },
      },
    },
  };
}
