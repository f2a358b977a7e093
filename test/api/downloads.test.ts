import { once } from "node:events";
import { connect, type Socket } from "node:net";
import fastify from "fastify";
import { expect, it, onTestFinished } from "vitest";
import { downloads } from "../../src/api/downloads.ts";
import { ApiError } from "../../src/api/implement.ts";
import { createLog } from "../../src/lib/log.ts";
import { until } from "../harness/stages.ts";
import { webWorkspace } from "../harness/web.ts";

it("two exports run at a time, a third is refused, and other requests are still answered", async () => {
  const web = await webWorkspace();
  const wren = await web.as("teammate");
  await web.database.pool.query(
    `insert into accounts (name, name_key, description, origin, created_at, updated_at)
     select 'Account ' || n, 'account ' || n, repeat('x', 2000), 'manual', now(), now()
     from generate_series(1, 20000) n`,
  );
  const startDownload = async (signal: AbortSignal) => {
    const response = await fetch(`${web.origin}/api/app/accounts/export.csv`, {
      headers: { cookie: `sluice=${wren.cookie}` },
      signal,
    });
    const reader = response.body!.getReader();
    await reader.read();
    return reader;
  };
  const stop = new AbortController();
  const [first] = [await startDownload(stop.signal), await startDownload(stop.signal)];
  const { status, body } = await wren.get("/accounts/export.csv");
  expect([status, body.error.code, body.error.sentence]).toEqual([
    429,
    "too-many-exports",
    "2 exports are running already. Try again when one of them has ended.",
  ]);
  expect((await wren.get("/accounts/count")).body).toEqual({ count: 20_000 });

  let read = await first.read();
  while (!read.done) read = await first.read();
  const again = await startDownload(stop.signal);
  expect((await again.read()).done).toBe(false);
  stop.abort();
});

const CHUNK = "x".repeat(100_000);

/** A server of one download. */
async function serving(parts: () => AsyncIterable<string>, stallMs: number) {
  const logged: string[] = [];
  const log = createLog({ level: "info", destination: { write: (line) => void logged.push(line) } });
  const download = downloads({ log, maxOpen: 1, stallMs });
  const server = fastify();
  server.get("/", async (request, reply) => {
    await download({ request, reply }, "all.csv", parts());
    return reply;
  });
  server.setErrorHandler((error, _, reply) =>
    reply.status(error instanceof ApiError ? error.status : 500).send(),
  );
  onTestFinished(() => server.close());
  const origin = await server.listen({ host: "127.0.0.1", port: 0 });
  return { port: Number(new URL(origin).port), server, logged };
}

/** The socket of a request with this HTTP version; an endless download ends with the test. */
function ask(port: number, version: "1.0" | "1.1"): Socket {
  const socket = connect({ port, host: "127.0.0.1" });
  onTestFinished(() => void socket.destroy());
  // The server resets what is still open when it closes after the test.
  socket.on("error", () => undefined);
  socket.write(`GET / HTTP/${version}\r\nhost: 127.0.0.1\r\n\r\n`);
  return socket;
}

it("a download whose reader stops reading is ended, and releases what it held", async () => {
  let isOpen = true;
  const { port, logged } = await serving(async function* () {
    try {
      for (;;) yield CHUNK;
    } finally {
      isOpen = false;
    }
  }, 20);
  const reader = ask(port, "1.1");
  await once(reader, "readable");

  await until(async () => !isOpen);
  await until(async () =>
    logged.some((line) => line.includes("The reader of an export has stopped reading.")),
  );

  reader.destroy();
  const [answer] = await once(ask(port, "1.1"), "data");
  expect(String(answer)).toMatch(/^HTTP\/1.1 200 /);
});

it.each(["1.0", "1.1"] as const)(
  "one that fails after its first byte is reset over HTTP/%s, and the log says why",
  async (version) => {
    let fail = () => {};
    const failed = new Promise<void>((resolve) => (fail = resolve));
    const { port, logged } = await serving(async function* () {
      yield CHUNK;
      await failed;
      throw new Error("The disk is full.");
    }, 60_000);
    const reader = ask(port, version);
    reader.once("data", fail);

    const [error] = await once(reader, "error");

    expect(error).toMatchObject({ code: "ECONNRESET" });
    expect(logged.filter((line) => line.includes("A download was cut off."))).toEqual([
      expect.stringContaining("The disk is full."),
    ]);
  },
);

it("one that fails before its first byte is refused like any other request", async () => {
  const { server, logged } = await serving(async function* () {
    // A generator needs a yield, which has to be reachable.
    if (Date.now() > 0) throw new Error("The disk is full.");
    yield CHUNK;
  }, 60_000);

  expect((await server.inject("/")).statusCode).toBe(500);
  expect(logged).toEqual([]);
});
