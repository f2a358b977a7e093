// A real SMTP server for a test, which keeps received mails as text and refuses them while it is
// down.
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { onTestFinished } from "vitest";

export type ReceivedMail = {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

export type MailServer = {
  readonly url: string;
  /** All mails received so far, oldest first. */
  readonly received: ReceivedMail[];
  isDown: boolean;
};

export async function startMailServer(): Promise<MailServer> {
  const busy = Object.assign(new Error("Not today."), { responseCode: 451 });
  const state: MailServer = { url: "", received: [], isDown: false };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    logger: false,
    onMailFrom: (_address, _session, done) => done(state.isDown ? busy : null),
    onData: (stream, session, done) => {
      let raw = "";
      stream.setEncoding("latin1").on("data", (some: string) => (raw += some));
      stream.on("end", () => {
        state.received.push({ to: session.envelope.rcptTo[0]!.address, ...parseMail(raw) });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server has an AddressInfo
  const { port } = server.server.address() as AddressInfo;
  return Object.assign(state, { url: `smtp://127.0.0.1:${port}` });
}

/**
 * As much of RFC 2045 and 2047 as nodemailer produces: folded headers, encoded words, multipart
 * bodies.
 */
function parseMail(raw: string): Omit<ReceivedMail, "to"> {
  const subject = headerOf(raw, "Subject").replaceAll(/=\?UTF-8\?Q\?(.*?)\?=\s*/gi, (_, word: string) =>
    quotedPrintable(word.replaceAll("_", " ")),
  );
  const boundary = /boundary="([^"]+)"/.exec(raw)?.[1];
  const parts = boundary === undefined ? [raw] : raw.split(`--${boundary}`).slice(1);
  const body = (type: string) => {
    const part = parts.find((one) => headerOf(one, "Content-Type").startsWith(type)) ?? "";
    const content = part.slice(part.indexOf("\r\n\r\n") + 4);
    return headerOf(part, "Content-Transfer-Encoding") === "quoted-printable"
      ? quotedPrintable(content)
      : Buffer.from(content, headerOf(part, "Content-Transfer-Encoding") === "base64" ? "base64" : "latin1")
          .toString()
          .replaceAll("\r\n", "\n");
  };
  return { subject, text: body("text/plain"), html: body("text/html") };
}

function headerOf(part: string, name: string): string {
  const header = new RegExp(String.raw`^${name}: (.*(?:\r\n[ \t].*)*)`, "im").exec(part)?.[1] ?? "";
  return header.replaceAll(/\r\n[ \t]/g, " ");
}

function quotedPrintable(text: string): string {
  const bytes = text
    .replaceAll("=\r\n", "")
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString().replaceAll("\r\n", "\n");
}
