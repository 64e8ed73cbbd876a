import { Failure, type FailureReport } from "../../../model/failure.ts";
import type { SshTarget } from "./arguments.ts";

interface Kind {
  readonly pattern: RegExp;
  readonly code: string;
  readonly found: (target: SshTarget) => string;
  readonly next: (target: SshTarget) => string;
}

/** What OpenSSH says, in the order in which the kinds are told apart. */
const kinds: readonly Kind[] = [
  {
    pattern: /^spawn \S+ E[A-Z]+$/m,
    code: "command-missing",
    found: ({ prefix: [command = "ssh"] }) => `${command} cannot be started on this computer`,
    next: ({ prefix: [command = "openssh-client"] }) => `Install ${command} on this computer.`,
  },
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for .* has changed/,
    code: "host-key-changed",
    found: ({ address }) => `the machine at ${address} shows another host key than the one that was pinned`,
    next: ({ alias }) =>
      `If it was reinstalled, check its new key on its console, then run \`fediversity forget-host-key ${alias}\` and apply with --accept-new-host-keys. Otherwise somebody may be in between: do not go on.`,
  },
  {
    pattern: /host key is known for|Host key verification failed/,
    code: "host-key-unknown",
    found: ({ address }) => `the host key of ${address} is not known yet`,
    next: () => "Give it in the environment as hostKeys, or trust the first contact with --accept-new-host-keys.",
  },
  {
    // A key that cannot be loaded is the reason only where no other one let us in.
    pattern: /(?:no such identity|Load key )[\s\S]*Permission denied/,
    code: "identity-file",
    found: ({ identityFile }) => `the private key ${identityFile ?? "of this computer's ssh_config"} cannot be used`,
    next: () => "Check that the file exists, holds a private key, and can be read only by you.",
  },
  {
    pattern: /Permission denied|Too many authentication failures/,
    code: "ssh-denied",
    found: ({ address, user }) => `the machine at ${address} does not let ${user} in`,
    next: ({ user }) =>
      `Put your public key into the authorized_keys of ${user} on it, or name the key as identityFile.`,
  },
  {
    pattern: /Could not resolve hostname|Name or service not known/,
    code: "address-unknown",
    found: ({ address }) => `the name ${address} cannot be resolved`,
    next: () => "Check the machine's address in the environment, and this computer's DNS.",
  },
];

/** What is said of a session that ended for no reason that is known from the text. */
function ended(target: SshTarget, exitCode: number | undefined): Omit<FailureReport, "attempted" | "subject"> {
  // ssh(1), EXIT STATUS: that of the remote command, or 255 if an error of the connection occurred.
  if (exitCode !== undefined && exitCode !== 255) {
    return {
      code: "program-ended",
      found: `the program on the machine at ${target.address} ended early, with exit code ${String(exitCode)}`,
      next: "The lines say what it stumbled over. Mend that on the machine, then run the same again: it goes on where it stopped.",
    };
  }
  return {
    code: "machine-unreachable",
    found: `the machine at ${target.address} port ${String(target.port)} cannot be reached, or the connection broke`,
    next: "Check that the machine is switched on and that this computer reaches it, then run the same again: it goes on where it stopped.",
  };
}

/**
 * Says why a session ended that should not have. Pure.
 * @param stderr everything that ssh wrote to standard error
 * @param exitCode that of ssh, where it had one
 */
export function sshFailure(target: SshTarget, stderr: string, attempted: string, exitCode?: number): Failure {
  const kind = kinds.find(({ pattern }) => pattern.test(stderr));
  const details = stderr
    .trimEnd()
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "" && !line.startsWith("@"))
    .slice(-6);
  const why =
    kind === undefined
      ? ended(target, exitCode)
      : { code: kind.code, found: kind.found(target), next: kind.next(target) };
  return new Failure({ ...why, attempted, subject: target.alias, details });
}
