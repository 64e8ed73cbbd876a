import type { TestMachine } from "../../driver/test-machine.ts";

/** A mail server that takes everything and keeps it. */
export interface MailSink {
  /** Every message so far, whole. */
  readonly messages: () => Promise<string>;
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
}

/** Debian packages that the machine needs. */
export const mailSinkPackages = ["python3-aiosmtpd"];

const folder = "/var/lib/mail-sink";

/** Sets up a server on port 25 that keeps messages in a Maildir. */
export async function setUpMailSink(machine: TestMachine): Promise<MailSink> {
  const start = async (): Promise<void> => {
    await machine.succeed([
      ...["systemd-run", "--quiet", "--collect", "--unit=mail-sink", "python3", "-m", "aiosmtpd"],
      ...["--nosetuid", "--listen", "0.0.0.0:25", "--class", "aiosmtpd.handlers.Mailbox", folder],
    ]);
    await machine.waitForOpenPort(25);
  };
  await start();
  return {
    messages: () => machine.succeed(`cat ${folder}/new/* 2>/dev/null || :`),
    stop: async () => void (await machine.succeed(["systemctl", "stop", "mail-sink"])),
    start,
  };
}
