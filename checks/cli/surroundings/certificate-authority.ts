import type { TestMachine } from "../../driver/test-machine.ts";

/** A certificate authority that speaks ACME: Let's Encrypt's own test server. */
export interface CertificateAuthority {
  readonly directory: string;
  /** What vouches for the server itself. */
  readonly directoryRoot: string;
  /** What vouches for the certificates that it issues. */
  readonly issuerRoot: string;
  /** How many certificates it has issued so far. */
  readonly issued: () => Promise<number>;
  /** Takes it off the network. */
  readonly disconnect: () => Promise<void>;
  readonly reconnect: () => Promise<void>;
}

/** Debian packages that the machine needs. */
export const certificateAuthorityPackages = ["pebble", "openssl", "curl"];

/**
 * Sets up pebble, which validates on the ordinary ports, under a name in the zone `lab.example`.
 * @param validity seconds for which its certificates are valid
 */
export async function setUpCertificateAuthority(
  machine: TestMachine,
  {
    name: label,
    port,
    validity = 90 * 86_400,
  }: { readonly name: string; readonly port: number; readonly validity?: number },
): Promise<CertificateAuthority> {
  const name = `${label}.lab.example`;
  const folder = `/etc/pebble-${label}`;
  const management = port + 1000;
  await machine.writeFile(
    `${folder}/pebble.json`,
    JSON.stringify({
      pebble: {
        listenAddress: `0.0.0.0:${String(port)}`,
        managementListenAddress: `127.0.0.1:${String(management)}`,
        certificate: `${folder}/server.pem`,
        privateKey: `${folder}/server.key`,
        httpPort: 80,
        tlsPort: 443,
        ocspResponderURL: "",
        externalAccountBindingRequired: false,
        certificateValidityPeriod: validity,
      },
    }),
  );
  await machine.succeed(`set -e; cd ${folder}
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=root of ${label}" \\
  -addext basicConstraints=critical,CA:TRUE -keyout root.key -out root.pem 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=${name}" -keyout server.key -out server.csr 2>/dev/null
printf 'subjectAltName=DNS:${name}\\n' >extensions
openssl x509 -req -in server.csr -CA root.pem -CAkey root.key -CAcreateserial -days 30 -extfile extensions -out server.pem 2>/dev/null
`);
  const start = async (): Promise<void> => {
    await machine.succeed([
      ...["systemd-run", "--quiet", "--collect", `--unit=pebble-${label}`, "--setenv=PEBBLE_VA_NOSLEEP=1"],
      ...["--setenv=PEBBLE_WFE_NONCEREJECT=0", "pebble", "-config", `${folder}/pebble.json`],
    ]);
    await machine.waitForOpenPort(port);
  };
  await start();
  const root = await machine.waitUntilSucceeds(
    `curl --silent --show-error --fail --insecure https://127.0.0.1:${String(management)}/roots/0`,
  );
  return {
    directory: `https://${name}:${String(port)}/dir`,
    directoryRoot: await machine.readFile(`${folder}/root.pem`),
    issuerRoot: root.endsWith("\n") ? root : `${root}\n`,
    issued: async () =>
      Number(
        (
          await machine.succeed(
            `journalctl --quiet --output=cat --unit=pebble-${label} | grep -c 'Issued certificate' || :`,
          )
        ).trim(),
      ),
    reconnect: () => machine.unblock(),
    // Not stopped: it would come back as another authority.
    disconnect: () => machine.block(),
  };
}
