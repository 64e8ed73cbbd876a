import assert from "node:assert/strict";
import { checkProgram, defineCheck } from "fediversity/checks";

const socket = `[Socket]
ListenStream=7000
Accept=yes
[Install]
WantedBy=sockets.target
`;
const service = `[Service]
ExecStart=cat /etc/greeting
StandardInput=null
StandardOutput=socket
`;

/** A service on one machine greets another, and goes on doing so after a power failure. */
export const check = defineCheck({
  name: "greeting",
  async run(lab) {
    const server = lab.machine("server", {
      aliases: ["greeting.example.org"],
      files: [
        { path: "/etc/systemd/system/greeting.socket", content: socket },
        { path: "/etc/systemd/system/greeting@.service", content: service },
        { path: "/etc/greeting", content: "Welcome!\n" },
      ],
    });
    const client = lab.machine("client");
    await lab.start();
    const ask = ["timeout", "5", "bash", "-c", "cat </dev/tcp/greeting.example.org/7000"];

    await lab.subtest(
      "the greeting is heard on the other machine",
      async () => {
        await server.succeed("systemctl enable --now greeting.socket");
        await server.waitForUnit("greeting.socket");
        assert.equal(await client.succeed(ask), "Welcome!\n");
      },
      { stop: true },
    );

    await lab.subtest("a cut network is noticed, and mended", async () => {
      await server.block();
      await client.fail(ask);
      await server.unblock();
      assert.equal(await client.waitUntilSucceeds(ask), "Welcome!\n");
    });

    await lab.subtest("a power failure is survived", async () => {
      await server.crash();
      await server.start();
      await server.waitForUnit("greeting.socket");
      assert.equal(await client.waitUntilSucceeds(ask), "Welcome!\n");
    });
  },
});

if (import.meta.main) await checkProgram(check);
