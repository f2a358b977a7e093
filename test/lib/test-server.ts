// An HTTP server for one test, which records its requests.
import { createServer } from "node:http";
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedRequest {
  readonly method: string;
  /** Path and query, decoded. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface TestServer extends AsyncDisposable {
  readonly origin: string;
  readonly requests: readonly ReceivedRequest[];
}

export type RequestHandler = (asked: ReceivedRequest, response: ServerResponse, count: number) => void;

/** @param handle gets the request, the response, and the number of the request, from 1 */
export async function startTestServer(handle: RequestHandler): Promise<TestServer> {
  const requests: ReceivedRequest[] = [];
  // Accepts URLs up to 32 KB, as Dataverse does.
  const server = createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const one = { method, url: decodeURIComponent(url), headers, body: Buffer.concat(chunks).toString() };
      requests.push(one);
      handle(one, response, requests.length);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server has an AddressInfo
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

export function sendJson(
  response: ServerResponse,
  value: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json; odata.metadata=minimal", ...headers });
  response.end(JSON.stringify(value));
}
