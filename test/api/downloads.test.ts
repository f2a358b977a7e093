import { once } from "node:events";
import { Writable } from "node:stream";
import { expect, it } from "vitest";
import { downloads } from "../../src/api/downloads.ts";
import { webWorkspace } from "../harness/web.ts";

it("two exports run at a time, a third is told to wait, and all others go on being answered", async () => {
  const web = await webWorkspace();
  const wren = await web.as("teammate");
  await web.database.pool.query(
    `insert into accounts (name, name_key, description, origin, created_at, updated_at)
     select 'Account ' || n, 'account ' || n, repeat('x', 2000), 'manual', now(), now() from generate_series(1, 20000) n`,
  );
  const begin = async (signal: AbortSignal) => {
    const response = await fetch(`${web.origin}/api/app/accounts/export.csv`, {
      headers: { cookie: `sluice=${wren.cookie}` },
      signal,
    });
    const reader = response.body!.getReader();
    await reader.read();
    return reader;
  };
  const stop = new AbortController();
  const [first] = [await begin(stop.signal), await begin(stop.signal)];
  const { status, body } = await wren.get("/accounts/export.csv");
  expect([status, body.error.code, body.error.sentence]).toEqual([
    429,
    "too-many-exports",
    "2 exports are running already. Try again when one of them has ended.",
  ]);
  expect((await wren.get("/accounts/count")).body).toEqual({ count: 20_000 });

  let read = await first.read();
  while (!read.done) read = await first.read();
  const again = await begin(stop.signal);
  expect((await again.read()).done).toBe(false);
  stop.abort();
});

it("a reader who stops reading is given up, and what was held for them is free", async () => {
  const download = downloads({ most: 1, patienceMs: 1 });
  let held = true;
  async function* parts() {
    try {
      for (;;) yield "x";
    } finally {
      held = false;
    }
  }
  const stream = download(parts());
  const stuck = new Writable({ highWaterMark: 1, write: () => undefined });
  stream.pipe(stuck);
  // Both come at once.
  const [[error]] = await Promise.all([
    once(stream, "error"),
    new Promise((done) => stream.once("close", done)),
  ]);
  expect(error).toEqual(new Error("The reader of an export has stopped reading."));
  expect(held).toBe(false);
  download(parts()).destroy();
});
