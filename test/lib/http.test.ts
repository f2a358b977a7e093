import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { bodyText, headerValues, openHttp } from "../../src/lib/http.ts";
import { startTestServer } from "./test-server.ts";

const text = JSON.stringify({ name: "Größe 株式会社 😀", filler: "x".repeat(5_000) });

async function sendOnce(origin: string, options: Parameters<typeof openHttp>[0] = {}, signal?: AbortSignal) {
  const http = openHttp(options);
  try {
    return await http.send({ url: `${origin}/page?secret=m4rked`, signal });
  } finally {
    await http.close();
  }
}

test("a gzipped body is decompressed, and its size on the wire is reported", async () => {
  await using server = await startTestServer((_asked, response) => {
    response.writeHead(200, { "content-encoding": "gzip", "WWW-Authenticate": ["Negotiate", "NTLM"] });
    response.end(gzipSync(text));
  });
  const answer = await sendOnce(server.origin);
  expect(bodyText(answer.body)).toBe(text);
  expect(answer.wireBytes).toBeLessThan(answer.body.length);
  expect(headerValues(answer, "www-authenticate")).toEqual(["Negotiate", "NTLM"]);
  expect(server.requests[0]?.headers["accept-encoding"]).toBe("gzip");
});

test("invalid UTF-8 does not fail", () => {
  expect(bodyText(Buffer.from([0x22, 0xff, 0x22]))).toBe('"\uFFFD"');
});

test("a redirect is a response and not followed", async () => {
  await using server = await startTestServer((_asked, response) => {
    response.writeHead(302, { location: "http://127.0.0.1:9/elsewhere" }).end();
  });
  expect((await sendOnce(server.origin)).status).toBe(302);
  expect(server.requests).toHaveLength(1);
});

test.each([
  ["in a body", "cut", 1_000],
  ["before the response", "cut", 0],
])("a connection cut %s is an error of kind %s", async (_where, kind, bytes) => {
  await using server = await startTestServer((_asked, response) => {
    if (bytes === 0) response.destroy();
    else {
      response.writeHead(200, { "content-length": String(text.length) });
      response.write(text.slice(0, bytes), () => response.destroy());
    }
  });
  await expect(sendOnce(server.origin)).rejects.toMatchObject({ name: "HttpError", kind });
});

test("an incomplete gzip stream counts as cut, whatever its length says", async () => {
  await using server = await startTestServer((_asked, response) => {
    response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(text).subarray(0, 60));
  });
  await expect(sendOnce(server.origin)).rejects.toMatchObject({ kind: "cut" });
});

test.each([
  ["as it is", false],
  ["unpacked", true],
])("a body that is too large %s is refused", async (_how, packed) => {
  await using server = await startTestServer((_asked, response) => {
    response.writeHead(200, packed ? { "content-encoding": "gzip" } : {});
    response.end(packed ? gzipSync(text) : text);
  });
  await expect(sendOnce(server.origin, { maxBodyBytes: 1_000 })).rejects.toMatchObject({ kind: "too-large" });
});

test("a server that does not respond is a timeout", async () => {
  await using server = await startTestServer(() => {});
  await expect(sendOnce(server.origin, { headersTimeoutMs: 20 })).rejects.toMatchObject({ kind: "timeout" });
});

test("an aborted request ends with the signal's reason", async () => {
  const reason = new Error("the run was cancelled");
  const controller = new AbortController();
  await using server = await startTestServer(() => {
    controller.abort(reason);
  });
  await expect(sendOnce(server.origin, {}, controller.signal)).rejects.toBe(reason);
});

test("an unreachable server is an error that names the host and not the query", async () => {
  const error: unknown = await sendOnce("http://127.0.0.1:9").catch((reason: unknown) => reason);
  expect(error).toMatchObject({ kind: "unreachable", message: "127.0.0.1:9 could not be reached." });
});
