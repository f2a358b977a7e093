// Manages the databases of a benchmark: one embedded PostgreSQL in a temporary folder, as durable
// as in production. Each first sync gets a newly created database, so that the query planner has no
// more statistics than on the first day.
import { createReadStream, createWriteStream } from "node:fs";
import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { copyIn, copyOut } from "../src/db/copy.ts";
import { startEmbedded, type EmbeddedServer } from "../src/db/embedded/start.ts";
import { migrate } from "../src/db/migrate.ts";
import { openDatabase, type Database } from "../src/db/pool.ts";

export interface Databases {
  /** The version of the server, such as 18.4. */
  readonly version: string;
  /** Creates an empty, migrated database. @returns its URL */
  create(name: string): Promise<string>;
  drop(name: string): Promise<void>;
  /**
   * Brings the database into the state of a minute later: what was written is on the disk, so that
   * the next measurement does not pay for the last one's writes, and the new rows are analyzed,
   * which autovacuum does within a minute. A scheduled run comes five minutes later at the earliest.
   */
  vacuumAndCheckpoint(name: string): Promise<void>;
  /** Exports the rows of the account store into files in the format of COPY. */
  exportRows(name: string): Promise<void>;
  /**
   * Empties the account store and times COPY of the exported rows into it.
   * @returns milliseconds by table
   */
  timeCopy(name: string): Promise<Record<string, number>>;
  /**
   * Deletes some accounts from the store and times COPY of the same rows into it.
   * @returns milliseconds by table
   */
  timePartialCopy(name: string, recordIds: readonly string[]): Promise<Record<string, number>>;
  close(): Promise<void>;
}

/** The tables of the account store, and the column that names the account, in the order of COPY. */
const ACCOUNT_COLUMNS = {
  accounts: "id",
  account_domains: "account_id",
  account_links: "account_id",
} as const;
const TABLES = Object.keys(ACCOUNT_COLUMNS);
const TEMPLATE = "bench_template";
const log = { info: () => undefined, warn: (sentence: string) => console.error(sentence) };

export async function openDatabases(): Promise<Databases> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-bench-"));
  // mkdtemp makes it private, but when run as root the server runs as another user.
  await chmod(folder, 0o755);
  const saved = join(folder, "rows");
  await mkdir(saved);
  const server = await startEmbedded({ directory: folder, log });
  const admin = openDatabase(server.address);
  await admin.pool.query(`create database ${TEMPLATE}`);
  await withDatabase(server, TEMPLATE, (database) => migrate(database.pool));
  return {
    version: server.version,
    create: async (name) => {
      await admin.pool.query(`create database ${name} template ${TEMPLATE}`);
      return urlOf(server, name);
    },
    drop: async (name) => void (await admin.pool.query(`drop database if exists ${name}`)),
    vacuumAndCheckpoint: (name) =>
      withDatabase(server, name, async ({ pool }) => {
        await pool.query("vacuum analyze");
        await pool.query("checkpoint");
      }),
    exportRows: (name) =>
      withDatabase(server, name, async ({ pool }) => {
        for (const table of TABLES) await exportTable(pool, `copy ${table} to stdout`, join(saved, table));
      }),
    timeCopy: (name) =>
      withDatabase(server, name, async ({ pool }) => {
        await pool.query(`truncate ${TABLES.join(", ")}`);
        await pool.query("checkpoint");
        return copyFiles(pool, saved);
      }),
    timePartialCopy: (name, recordIds) =>
      withDatabase(server, name, async ({ pool }) => {
        await pool.query("create table some_accounts (id bigint primary key)");
        await pool.query(
          `insert into some_accounts
           select account_id
           from account_links
           where record_id = any($1) and account_id is not null`,
          [recordIds],
        );
        for (const [table, key] of Object.entries(ACCOUNT_COLUMNS)) {
          const rows = `select t.* from ${table} t join some_accounts s on s.id = t.${key}`;
          await exportTable(pool, `copy (${rows}) to stdout`, join(saved, table));
        }
        for (const [table, key] of Object.entries(ACCOUNT_COLUMNS).toReversed())
          await pool.query(`delete from ${table} where ${key} in (select id from some_accounts)`);
        await pool.query("checkpoint");
        return copyFiles(pool, saved);
      }),
    close: async () => {
      await admin.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function withDatabase<T>(
  server: EmbeddedServer,
  name: string,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database = openDatabase({ ...server.address, database: name });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

async function exportTable(pool: Database["pool"], copy: string, file: string): Promise<void> {
  const client = await pool.connect();
  await pipeline(Readable.from(copyOut(client, copy)), createWriteStream(file));
  client.release();
}

async function copyFiles(pool: Database["pool"], folder: string): Promise<Record<string, number>> {
  const times: Record<string, number> = {};
  for (const table of TABLES) times[table] = await copyFile(pool, table, join(folder, table));
  return times;
}

async function copyFile(pool: Database["pool"], table: string, file: string): Promise<number> {
  const client = await pool.connect();
  const startedAt = performance.now();
  const writer = copyIn(client, `copy ${table} from stdin`);
  for await (const piece of createReadStream(file)) await writer.write(Buffer.from(piece));
  await writer.end();
  const ms = performance.now() - startedAt;
  client.release();
  return ms;
}

/** The server listens on a socket only, and pg takes the socket's folder as a parameter. */
function urlOf({ address }: EmbeddedServer, name: string): string {
  const url = new URL(`postgres://localhost/${name}`);
  url.username = address.user;
  url.password = address.password;
  url.searchParams.set("host", address.host);
  url.searchParams.set("port", String(address.port));
  return url.href;
}
