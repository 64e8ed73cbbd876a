import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { Failure } from "../../model/failure.ts";
import { serverName } from "./server-name.ts";

/** Leads this computer's browsers to the machines on it. */
export interface FrontDoor {
  /** The port on this computer, 443 where it is free. */
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Milliseconds in which a client has to say which name it wants. */
const patience = 10_000;

/** Finds the address of the machine that serves a name; nothing when none does. */
export type FindMachine = (name: string) => Promise<string | undefined>;

async function addressFor(find: FindMachine, name: string | undefined): Promise<string | undefined> {
  try {
    return name === undefined ? undefined : await find(name);
  } catch {
    // Who asks for a name at the very moment in which its state is written may ask again.
    return undefined;
  }
}

function lead(client: Socket, find: FindMachine): void {
  let begun: Buffer = Buffer.alloc(0);
  // A browser that goes away in the middle is nobody's fault.
  client.on("error", () => client.destroy());
  client.setTimeout(patience, () => client.destroy());
  const take = (chunk: Buffer): void => {
    begun = Buffer.concat([begun, chunk]);
    const { whole, name } = serverName(begun);
    if (!whole) return;
    client.off("data", take).pause();
    client.setTimeout(0);
    void addressFor(find, name).then((address) => {
      if (address === undefined || client.destroyed) {
        client.destroy();
        return;
      }
      const machine = connect(443, address, () => {
        machine.write(begun);
        client.pipe(machine).pipe(client);
      });
      machine.on("error", () => client.destroy());
      client.on("close", () => machine.destroy());
    });
  };
  client.on("data", take);
}

async function listen(server: Server, port: number, host: string): Promise<boolean> {
  server.listen(port, host);
  try {
    await once(server, "listening");
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (["EADDRINUSE", "EACCES", "EADDRNOTAVAIL"].includes(code ?? "")) return false;
    throw error;
  }
}

/**
 * Opens a door on the loopback interface that passes TLS connections on, unread, by the name that they ask for. Browsers
 * lead every name below `localhost` there: RFC 6761 section 6.3.
 * @param find asked for every connection, so that what is deployed later is found too
 */
export async function openFrontDoor(find: FindMachine): Promise<FrontDoor> {
  const open = new Set<Socket>();
  const create = (): Server =>
    createServer((client) => {
      open.add(client);
      client.on("close", () => open.delete(client));
      lead(client, find);
    });
  for (const port of [443, 8443, 0]) {
    const server = create();
    if (!(await listen(server, port, "127.0.0.1"))) continue;
    const found = server.address();
    const actual = typeof found === "object" && found !== null ? found.port : port;
    const other = create();
    const both = await listen(other, actual, "::1");
    return {
      port: actual,
      close: async () => {
        const servers = both ? [server, other] : [server];
        const closed = servers.map((one) => new Promise((done) => one.close(done)));
        // A browser keeps connections for minutes.
        for (const client of open) client.destroy();
        await Promise.all(closed);
      },
    };
  }
  throw new Failure({
    code: "no-port",
    attempted: "lead this computer's browsers to the machines",
    subject: "127.0.0.1",
    found: "no port of the loopback interface can be listened on",
    next: "Look whether the interface lo is up (ip link show lo); with --detach the machines run without this.",
  });
}
