import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";

/** One answer of a mail server: its code and its lines. */
function readAnswer(socket) {
  return new Promise((resolve, reject) => {
    let text = "";
    const done = () => {
      socket.off("data", onData).off("error", onError).off("close", onClose);
    };
    const onError = (error) => {
      done();
      reject(error);
    };
    const onClose = () => onError(new Error("the mail server ended the connection"));
    const onData = (chunk) => {
      text += chunk.toString("latin1");
      const last = /^(\d{3}) .*\r?\n$/m.exec(text);
      if (last === null) return;
      done();
      resolve({ code: Number(last[1]), text });
    };
    socket.on("data", onData).on("error", onError).on("close", onClose);
  });
}

async function say(socket, line, expected) {
  socket.write(`${line}\r\n`);
  const answer = await readAnswer(socket);
  // The command's name alone: the rest may be a password.
  if (answer.code !== expected) throw new Error(`the mail server answers ${line.split(" ")[0]} with ${answer.code}`);
  return answer.text;
}

const secured = (socket) =>
  new Promise((resolve, reject) => socket.once("secureConnect", () => resolve(socket)).once("error", reject));

/** Connects, encrypts and logs in as the configuration says. */
async function open(get) {
  const host = get("smtp.hostname");
  const port = get("smtp.port") ?? 465;
  const trust = get("smtp.ca_file") === undefined ? {} : { ca: readFileSync(get("smtp.ca_file")) };
  const tls = { ...trust, servername: host };
  let socket = (get("smtp.tls") ?? true) ? connectTls({ host, port, ...tls }) : connect({ host, port });
  socket.setTimeout(10_000, () => socket.destroy(new Error("the mail server does not answer")));
  const greeting = await readAnswer(socket);
  if (greeting.code !== 220) throw new Error(`the mail server greets with ${greeting.code}`);
  let abilities = await say(socket, `EHLO ${get("webserver.hostname")}`, 250);
  if (!socket.encrypted && /STARTTLS/i.test(abilities) && get("smtp.disable_starttls") !== true) {
    await say(socket, "STARTTLS", 220);
    socket = await secured(connectTls({ socket, ...tls }));
    abilities = await say(socket, `EHLO ${get("webserver.hostname")}`, 250);
  }
  if (get("smtp.username") !== undefined) {
    const token = Buffer.from(`\0${get("smtp.username")}\0${get("smtp.password") ?? ""}`).toString("base64");
    await say(socket, `AUTH PLAIN ${token}`, 235);
  }
  return socket;
}

/** Sends one mail. Header values come from people: line ends in them are refused by encoding them away. */
export async function sendMail(get, { to, subject, text, replyTo }) {
  const word = (value) => `=?utf-8?B?${Buffer.from(value).toString("base64")}?=`;
  const from = get("smtp.from_address");
  const socket = await open(get);
  await say(socket, `MAIL FROM:<${from}>`, 250);
  await say(socket, `RCPT TO:<${to}>`, 250);
  await say(socket, "DATA", 354);
  const body = Buffer.from(text).toString("base64").replaceAll(/.{76}/g, "$&\r\n");
  const headers = [
    `From: ${word(get("instance.name"))} <${from}>`,
    `To: <${to}>`,
    ...(replyTo === undefined ? [] : [`Reply-To: <${replyTo}>`]),
    `Subject: ${word(`${get("email.subject.prefix") ?? "[PeerTube]"} ${subject}`)}`,
    `Date: ${new Date().toUTCString().replace("GMT", "+0000")}`,
    `Message-ID: <${Date.now()}@${get("webserver.hostname")}>`,
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: base64",
  ];
  await say(socket, `${headers.join("\r\n")}\r\n\r\n${body}\r\n.`, 250);
  socket.end("QUIT\r\n");
}

/** Logs into the mail server as the real one does at start, which only warns. @returns the problems */
export async function checkMail(get) {
  if (get("smtp.hostname") === undefined) return [];
  try {
    (await open(get)).end("QUIT\r\n");
    return [];
  } catch (error) {
    return [`PEERTUBE_SMTP_HOSTNAME: Cannot connect to SMTP server: ${error.code ?? error.message}`];
  }
}
