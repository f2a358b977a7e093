import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { createGunzip, gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { describeError } from "../../src/cli/error-message.ts";
import { BackupError } from "../../src/db/dump/format.ts";
import { restoreDump } from "../../src/db/dump/restore.ts";
import { writeDump } from "../../src/db/dump/write.ts";
import { runSync } from "../../src/sync/run.ts";
import { builtCommand, command } from "../harness/command.ts";
import { databaseWithoutTables, type TestDatabase } from "../harness/database.ts";
import { workspace } from "../harness/workspace.ts";

/**
 * Every row of every table, partitions included, as text; without the data of the process that
 * holds a lease.
 */
async function contents({ pool }: TestDatabase): Promise<Record<string, string[]>> {
  const { rows: tables } = await pool.query<{ name: string }>(`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' order by relname collate "C"`);
  const all: Record<string, string[]> = {};
  for (const { name } of tables) {
    const { rows } = await pool.query<{ row: string }>(
      `select (to_jsonb(t) - '{holder,backend_pid,backend_start,session_name,heartbeat_at}'::text[])::text as row
       from ${name} t
       order by 1`,
    );
    all[name] = rows.map(({ row }) => row);
  }
  return all;
}

async function backedUp(database: TestDatabase) {
  const sluice = await command();
  const file = join(sluice.folder, "sluice.backup.gz");
  const { code, stdout, stderr } = await sluice.run(["backup", file], { DATABASE_URL: database.url });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const restoreInto = (target: TestDatabase) => sluice.run(["restore", file], { DATABASE_URL: target.url });
  return { sluice, file, stdout, restoreInto };
}

const inText = (alter: (text: string) => string) => (packed: Buffer) =>
  gzipSync(alter(gunzipSync(packed).toString()));

const invalidBackups: [string, (packed: Buffer) => Buffer, RegExp][] = [
  ["cut off", (packed) => packed.subarray(0, Math.floor(packed.length * 0.7)), /is not whole/],
  [
    "cut off between two tables",
    inText((text) => text.slice(0, text.indexOf('{"table":"accounts"'))),
    /is not whole/,
  ],
  ["without its last byte", (packed) => packed.subarray(0, -1), /is not whole/],
  [
    "altered in one letter of one account",
    inText((text) => text.replace("\tdynamics\t", "\tcsv\t")),
    /is not whole/,
  ],
  [
    "altered so that a value no longer fits",
    inText((text) => text.replace("\tdynamics\t", "\tnobody\t")),
    /The database refused what the backup holds .*external_origin/,
  ],
  [
    "of a newer program",
    inText((text) =>
      text.replace(/("migrations":\[.*?)\]/, '$1,{"number":99,"name":"0099-later","checksum":"x"}]'),
    ),
    /is newer than this program: .* 0099-later/,
  ],
  [
    "of a newer format",
    inText((text) => text.replace('"sluiceBackup":1', '"sluiceBackup":2')),
    /has format 2, and this program reads up to 1/,
  ],
  ["of something else", () => gzipSync("id,name\n1,Contoso\n"), /not whole/],
  ["not packed", () => Buffer.from("id,name\n1,Contoso\n"), /not whole/],
];

describe("a backup", () => {
  it("restores every row of every table, and sequences continue where they were", async () => {
    const here = await workspace({ accounts: 300 });
    await here.sync();
    const [first] = here.org.accounts.rows();
    here.org.updateAccount(String(first!["accountid"]), { name: "Renamed\\. since" });
    await here.plan();
    await here.database.pool.query(
      `insert into teammates (email, name) values ('maya@contoso.example', E'tab\\t back\\\\slash \\n\\\\.\\n end')`,
    );
    const { stdout, restoreInto } = await backedUp(here.database);
    const target = await databaseWithoutTables();
    const restored = await restoreInto(target);
    expect(restored).toMatchObject({ code: 0, stderr: "" });
    expect(stdout).toContain("stay sealed");
    expect(await contents(target)).toEqual(await contents(here.database));
    const next = "select nextval('accounts_id_seq') as id";
    expect((await target.pool.query(next)).rows).toEqual((await here.database.pool.query(next)).rows);
    const constraints = "select count(*) as count from pg_constraint where convalidated";
    expect((await target.pool.query(constraints)).rows).toEqual(
      (await here.database.pool.query(constraints)).rows,
    );
  });

  it("goes through a pipe", async () => {
    const here = await workspace({ accounts: 20 });
    await here.sync();
    const target = await databaseWithoutTables();
    const sluice = await command();
    const program = `"${process.execPath}" "${await builtCommand()}"`;
    await promisify(execFile)(
      "sh",
      [
        "-c",
        `DATABASE_URL='${here.database.url}' ${program} backup - | DATABASE_URL='${target.url}' ${program} restore -`,
      ],
      { cwd: sluice.folder },
    );
    expect(await contents(target)).toEqual(await contents(here.database));
  });

  it("of a run that was applying lets the run be completed", async () => {
    const here = await workspace({ accounts: 200 });
    await here.sync();
    for (const row of [...here.org.accounts.rows()].slice(0, 50))
      here.org.updateAccount(String(row["accountid"]), {
        description: "changed",
        websiteurl: "https://one-for-all.example",
      });
    const { id } = await here.plan();
    await here.database.pool.query("update runs set status = 'applying', mode = 'sync' where id = $1", [id]);
    const { restoreInto } = await backedUp(here.database);
    const target = await databaseWithoutTables();
    await restoreInto(target);
    await runSync(here.context({}, { database: target }), "sync");
    await here.sync();
    expect(await contents(target)).toEqual(await contents(here.database));
    const run = await target.kysely
      .selectFrom("runs")
      .selectAll()
      .where("id", "=", id)
      .executeTakeFirstOrThrow();
    expect(run.status).toBe("done");
  });

  it("of a run that was reading marks it as interrupted, without what it had read", async () => {
    const here = await workspace({ accounts: 20 });
    const { id } = await here.plan();
    await here.database.pool.query("update runs set status = 'reading' where id = $1", [id]);
    const { restoreInto } = await backedUp(here.database);
    const target = await databaseWithoutTables();
    await restoreInto(target);
    const run = await target.kysely
      .selectFrom("runs")
      .selectAll()
      .where("id", "=", id)
      .executeTakeFirstOrThrow();
    expect(run).toMatchObject({ status: "interrupted", error: { kind: "stopped" } });
    expect(Object.keys(await contents(target)).filter((table) => /_\d+$/.test(table))).toEqual([]);
  });

  it("is refused by a database that is in use, which stays as it is", async () => {
    const here = await workspace({ accounts: 0 });
    const { restoreInto } = await backedUp(here.database);
    const before = await contents(here.database);
    const { code, stderr } = await restoreInto(here.database);
    expect(code).toBe(5);
    expect(stderr).toContain("The database is not empty");
    expect(await contents(here.database)).toEqual(before);
  });

  it("does not replace a file, and is not made of a database without tables", async () => {
    const empty = await databaseWithoutTables();
    const sluice = await command({ DATABASE_URL: empty.url });
    const taken = await sluice.write("taken.gz", "");
    expect(await sluice.run(["backup", taken])).toMatchObject({
      code: 2,
      stderr: `${taken} exists already. Name a new file.\n`,
    });
    const nothing = await sluice.run(["backup", join(sluice.folder, "new.gz")]);
    expect(nothing.stderr).toContain("There is nothing to back up");
    expect(await readdir(sluice.folder)).toEqual(["taken.gz"]);
  });

  it.each(invalidBackups)("that is %s changes nothing and says why", async (_, alter, sentence) => {
    const here = await workspace({ accounts: 10 });
    await here.sync();
    const text: Buffer[] = [];
    for await (const piece of writeDump(here.database.pool, { program: "0.1.0", now: here.clock.now() }))
      text.push(piece);
    const target = await databaseWithoutTables();
    const unpacked = createGunzip();
    unpacked.end(alter(gzipSync(Buffer.concat(text))));
    const error = await restoreDump(target, unpacked).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BackupError);
    expect(describeError(error)).toMatchObject({ sentence: expect.stringMatching(sentence), exitCode: 2 });
    expect(await contents(target)).toEqual({});
  });
});
