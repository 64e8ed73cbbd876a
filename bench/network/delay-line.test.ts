import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { test } from "node:test";
import { delayLine } from "./delay-line.ts";

test("a delay line keeps bytes in order and makes each round trip longer, the first one by the handshake's", async () => {
  const echo = createServer((socket) => socket.pipe(socket));
  await once(echo.listen(0, "127.0.0.1"), "listening");
  const line = delayLine({ address: "127.0.0.1", port: (echo.address() as AddressInfo).port }, 40);
  await once(line.listen(0, "127.0.0.1"), "listening");
  try {
    const socket = connect((line.address() as AddressInfo).port, "127.0.0.1");
    let answer = "";
    socket.setEncoding("utf8").on("data", (piece: string) => {
      answer += piece;
    });
    const roundTrip = async (text: string): Promise<number> => {
      const begin = performance.now();
      const wanted = answer + text;
      for (const letter of text) socket.write(letter);
      while (answer.length < wanted.length) await once(socket, "data");
      assert.equal(answer, wanted);
      return performance.now() - begin;
    };
    const first = await roundTrip("first");
    const second = await roundTrip("second");
    // Timers count whole milliseconds.
    assert.ok(first >= 78, `60 ms for the handshake and 20 ms back, not ${String(first)}`);
    assert.ok(second >= 38, `40 ms, not ${String(second)}`);
    socket.end();
    await once(socket, "close");
  } finally {
    line.close();
    echo.close();
  }
});
