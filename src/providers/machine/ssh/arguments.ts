/** What a connection to one machine needs, everything known. */
export interface SshTarget {
  /** Stands for the machine in known_hosts, whatever its address: ssh_config(5), HostKeyAlias. */
  readonly alias: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly identityFile?: string | undefined;
  readonly knownHostsFile: string;
  /** Folder of the control sockets; without it the connection is a new one. */
  readonly controlFolder?: string | undefined;
  /** Whether a machine that nobody knows yet is trusted once, and its key kept. */
  readonly acceptNew: boolean;
  /** Command words that the connection is started with, such as entering another network namespace; mostly none. */
  readonly prefix: readonly string[];
}

/** Seconds that a machine may take to accept a connection. */
const connectTimeout = 10;

/** Gives the argument vector of `ssh` for one command on a machine. Pure. Options: ssh_config(5). */
export function sshArguments(target: SshTarget, command: string): readonly string[] {
  const options: Readonly<Record<string, string>> = {
    BatchMode: "yes",
    StrictHostKeyChecking: target.acceptNew ? "accept-new" : "yes",
    HostKeyAlias: target.alias,
    UserKnownHostsFile: target.knownHostsFile,
    GlobalKnownHostsFile: "/dev/null",
    // Debian's default hashes names, and a pinned key has to be found by its name again.
    HashKnownHosts: "no",
    UpdateHostKeys: "no",
    CheckHostIP: "no",
    ConnectTimeout: String(connectTimeout),
    // A connection that went dead is given up after 12 s, so that nothing waits for ever.
    ServerAliveInterval: "4",
    ServerAliveCountMax: "3",
    ForwardAgent: "no",
    ForwardX11: "no",
    PermitLocalCommand: "no",
    ...(target.identityFile === undefined ? {} : { IdentityFile: target.identityFile, IdentitiesOnly: "yes" }),
    ...(target.controlFolder === undefined
      ? { ControlMaster: "no", ControlPath: "none" }
      : { ControlMaster: "auto", ControlPath: `${target.controlFolder}/%C`, ControlPersist: "60" }),
  };
  return [
    "-T",
    ...Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
    "-p",
    String(target.port),
    "-l",
    target.user,
    "--",
    target.address,
    command,
  ];
}
