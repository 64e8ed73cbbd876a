/**
 * A process inside a lab's network namespace: takes connections of a unix socket and passes them on to one TCP port in
 * the lab. It ends with the process that holds its standard input. Arguments: socket, address, port.
 */
import { connect, createServer } from "node:net";
import { pipeline } from "node:stream";

const [socket = "", address = "", port = ""] = process.argv.slice(2);

const server = createServer({ allowHalfOpen: true }, (incoming) => {
  const outgoing = connect({ host: address, port: Number(port), allowHalfOpen: true });
  pipeline(incoming, outgoing, incoming, () => undefined);
});
server.listen(socket, () => process.stdout.write("listening\n"));
process.stdin.on("end", () => process.exit(0)).resume();
