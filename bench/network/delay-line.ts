import { createServer, type Server, Socket } from "node:net";

/** Where a relay leads to. */
export interface Target {
  readonly address: string;
  readonly port: number;
}

/** Passes bytes on in their order, each piece so many milliseconds after it came but not before `ready`, then the end. */
function passOn(from: Socket, to: Socket, options: { readonly delay: number; readonly ready: Promise<void> }): void {
  const { delay, ready } = options;
  // Timers of one length go off in the order in which they were set.
  const later = (act: () => void): void => {
    setTimeout(() => void ready.then(act), delay);
  };
  from.on("data", (piece: Buffer) => {
    later(() => {
      if (!to.destroyed) to.write(piece);
    });
  });
  from.on("end", () => {
    later(() => to.end());
  });
  from.on("error", () => {
    later(() => to.destroy());
  });
}

/**
 * Gives a TCP relay that makes the way to a machine longer: half the time is added in each direction.
 *
 * A relay answers TCP's own handshake at once, which a long way would not. So the machine sees the connection one and
 * a half round trips later, as it would see the third packet of the handshake: RFC 9293, section 3.5.
 * @param roundTrip milliseconds
 */
export function delayLine(target: Target, roundTrip: number): Server {
  return createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const machine = new Socket({ allowHalfOpen: true });
    const ready = new Promise<void>((resolve) => {
      machine.once("connect", () => resolve());
    });
    machine.setNoDelay(true);
    passOn(client, machine, { delay: roundTrip / 2, ready });
    passOn(machine, client, { delay: roundTrip / 2, ready });
    machine.once("error", () => client.destroy());
    setTimeout(() => machine.connect({ host: target.address, port: target.port }), roundTrip * 1.5);
  });
}
