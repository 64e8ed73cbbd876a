/**
 * A process inside a lab's network namespace: takes TCP connections of one machine and passes them on to a unix socket
 * outside. It ends with the process that holds its standard input. Arguments: address, port, client's address, socket.
 */
import { connect, createServer } from "node:net";
import { pipeline } from "node:stream";

const [address = "", port = "", client = "", socket = ""] = process.argv.slice(2);

const server = createServer((incoming) => {
  if (incoming.remoteAddress !== client) {
    incoming.resetAndDestroy();
    return;
  }
  const outgoing = connect(socket);
  pipeline(incoming, outgoing, incoming, () => undefined);
});
server.listen(Number(port), address, () => process.stdout.write("listening\n"));
process.stdin.on("end", () => process.exit(0)).resume();
