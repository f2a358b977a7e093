// A proxy for https, as companies have before the Internet, and Microsoft's hosts behind it:
// everything is tunnelled to one server on this machine, whose certificate names them.
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type AddressInfo, type Server } from "node:net";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

function tlsFile(name: string): string {
  return fileURLToPath(new URL(`./tls/${name}`, import.meta.url));
}

/** The authority that signed the certificate; whoever does not know it must not send anything. */
export const AUTHORITY = tlsFile("authority.pem");

const DYNAMICS = "https://contoso.crm4.dynamics.com";
const SIGN_IN = "https://login.microsoftonline.com";

export type ConnectProxy = {
  /** Host and port. */
  readonly host: string;
  /** What it was asked to connect to, host and port. */
  readonly targets: readonly string[];
  /** The Proxy-Authorization of each. */
  readonly authorizations: readonly (string | undefined)[];
};

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Duplex>();
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server has an AddressInfo
  return (server.address() as AddressInfo).port;
}

/** @param refuse answers with this status instead of connecting */
export async function startConnectProxy(port: number, refuse?: number): Promise<ConnectProxy> {
  const targets: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const server = createServer();
  server.on("connect", (request: IncomingMessage, client: Duplex, head: Buffer) => {
    targets.push(request.url ?? "");
    authorizations.push(request.headers["proxy-authorization"]);
    client.on("error", () => undefined);
    if (refuse !== undefined) {
      client.end(`HTTP/1.1 ${refuse} Refused\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const tunnel = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      tunnel.write(head);
      tunnel.pipe(client).pipe(tunnel);
    });
    tunnel.on("error", () => client.destroy());
  });
  return { host: `127.0.0.1:${await listen(server)}`, targets, authorizations };
}

export type MicrosoftHosts = { readonly port: number; readonly requests: readonly string[] };

/**
 * Starts Dynamics 365 and Microsoft Entra ID with TLS: the simulator, whose origin has their names.
 * @param simulator its origin; absent: every request is answered with 503
 */
export async function startMicrosoftHosts(simulator?: string): Promise<MicrosoftHosts> {
  const requests: string[] = [];
  const certificate = { key: readFileSync(tlsFile("server.key")), cert: readFileSync(tlsFile("server.pem")) };
  const server = createTlsServer(certificate, (request, response) => {
    requests.push(`${request.method} ${request.headers.host}${request.url}`);
    if (simulator === undefined) response.writeHead(503).end();
    else void passOn(simulator, request, response);
  });
  return { port: await listen(server), requests };
}

/** Has the simulator answer, as if its origin had the names of Microsoft's hosts. */
async function passOn(simulator: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const inside = (text: string) =>
    text
      .replaceAll(DYNAMICS, simulator)
      .replaceAll(encodeURIComponent(DYNAMICS), encodeURIComponent(simulator));
  const { method = "GET", url = "/", headers } = request;
  const { authorization, "content-type": type } = headers;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = inside(Buffer.concat(chunks).toString());
  const answer = await fetch(simulator + inside(url), {
    method,
    redirect: "manual",
    headers: { ...(authorization && { authorization }), ...(type && { "content-type": type }) },
    ...(body !== "" && { body }),
  });
  const challenge = answer.headers.get("www-authenticate")?.replaceAll(simulator, SIGN_IN);
  response.writeHead(answer.status, {
    "content-type": answer.headers.get("content-type") ?? "text/plain",
    ...(challenge && { "www-authenticate": challenge }),
  });
  response.end((await answer.text()).replaceAll(simulator, DYNAMICS));
}
