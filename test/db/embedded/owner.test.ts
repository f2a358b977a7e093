import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { tryConnect } from "../../../src/db/embedded/owner.ts";

const ENDS: [string, (socket: Socket) => unknown][] = [
  ["closes it at once", (socket) => socket.destroy()],
  ["closes it after the first bytes", (socket) => socket.once("data", () => socket.destroy())],
];

// The first write on a socket that the server has closed fails with EPIPE, if it comes late enough.
test.for(ENDS)("a server that accepts a connection and %s counts as not ready", async ([, end]) => {
  const host = await mkdtemp(join(tmpdir(), "sluice-owner-"));
  onTestFinished(() => rm(host, { recursive: true }));
  const server = createServer((socket) => void end(socket.on("error", () => undefined)));
  server.listen(join(host, ".s.PGSQL.5432"));
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = { host, port: 5432, user: "sluice", password: "of nobody" };

  for (let time = 0; time < 30; time += 1) expect(await tryConnect(address)).toBeUndefined();
});
