// `sluice accounts export` with slow readers, and with readers that close the pipe.
import { access, chmod } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { expect, it } from "vitest";
import { accountsExport } from "../../src/cli/commands/accounts-export.ts";
import { readConfig } from "../../src/config.ts";
import { command } from "../harness/command.ts";
import { testDatabase } from "../harness/database.ts";

it.each(["ndjson", "csv"] as const)(
  "a slow reader of %s has one batch waiting, and not all accounts",
  async (format) => {
    const { pool, url } = await testDatabase();
    await pool.query(
      `insert into accounts (name, name_key, description, origin, created_at, updated_at)
     select 'Account ' || n, 'account ' || n, repeat('x', 1000), 'manual', now(), now()
     from generate_series(1, 10000) n`,
    );
    let [maxBuffered, total] = [0, 0];
    const stdout = new Writable({
      write(chunk: Buffer, _, done) {
        maxBuffered = Math.max(maxBuffered, stdout.writableLength);
        total += chunk.length;
        setTimeout(done, 200);
      },
    });
    const context = {
      config: readConfig({ DATABASE_URL: url }),
      json: false,
      connectionFile: "",
      stdout,
      stderr: new Writable({ write: (_, __, done) => done() }),
      signal: new AbortController().signal,
    };

    expect(await accountsExport(context, { format })).toBe(0);

    expect(total).toBeGreaterThan(10_000_000);
    expect(maxBuffered).toBeLessThan(3_000_000);
  },
);

it("a closed pipe ends it without an error, and its PostgreSQL as well", async () => {
  const sluice = await command();
  // PostgreSQL runs as another user, which needs access to the folder.
  await chmod(sluice.folder, 0o755);
  const { process, ended } = sluice.start(["accounts", "export", "--format", "csv"]);
  process.stdout?.destroy();

  expect(await ended).toMatchObject({ code: 0, signal: null });

  await expect(access(join(sluice.folder, ".sluice/postgres/postmaster.pid"))).rejects.toThrow("ENOENT");
});
