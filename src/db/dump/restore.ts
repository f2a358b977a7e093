import { DatabaseError as PostgresError, type PoolClient } from "pg";
import type { z } from "zod";
import { copyRows } from "../copy.ts";
import { lockMigrations, readMigrations } from "../migrate.ts";
import type { Database } from "../pool.ts";
import { inTransaction } from "../transaction.ts";
import { listTables } from "./catalog.ts";
import {
  BackupError,
  endSchema,
  FORMAT_VERSION,
  headSchema,
  sectionSchema,
  type End,
  type Head,
  type Section,
} from "./format.ts";
import { DumpReader } from "./read.ts";
import { UserError } from "../../lib/user-error.ts";

/** The target database has tables already. */
class NotEmptyError extends UserError {
  override readonly name = "NotEmptyError";

  constructor(sentence: string) {
    super("not-empty", sentence);
  }
}

function parseLine<T>(schema: z.ZodType<T>, document: unknown): T {
  const { data, success } = schema.safeParse(document);
  if (!success)
    throw new BackupError(
      "This is no backup of Sluice, or it was altered after it was written. Use a file that sluice backup wrote.",
    );
  return data;
}

async function readHead(reader: DumpReader): Promise<Head> {
  const document = await reader.line();
  const { sluiceBackup } = parseLine(headSchema.pick({ sluiceBackup: true }), document);
  if (sluiceBackup > FORMAT_VERSION)
    throw new BackupError(
      `The backup has format ${sluiceBackup}, and this program reads up to ${FORMAT_VERSION}. Restore it with the newer program.`,
    );
  return parseLine(headSchema, document);
}

/**
 * Applies the migrations that the backup was made with, which may be fewer than this program has.
 */
async function applyMigrations(client: PoolClient, { migrations, program }: Head): Promise<void> {
  const known = await readMigrations();
  for (const done of migrations) {
    const migration = known[done.number - 1];
    if (!migration)
      throw new BackupError(
        `The backup is newer than this program: Sluice ${program} wrote it with the migration ${done.name}, and this program knows ${known.at(-1)?.name ?? "none"} as the last. Restore it with the newer program.`,
      );
    if (migration.checksum !== done.checksum)
      throw new BackupError(
        `The backup was made with another version of the migration ${migration.name} than this program has. Restore it with the program that wrote it, Sluice ${program}.`,
      );
    await client.query(migration.sql);
  }
}

async function copySection(client: PoolClient, section: Section, reader: DumpReader): Promise<number> {
  const name = (text: string) => client.escapeIdentifier(text);
  const { table, columns, partition } = section;
  if (partition) {
    const kind = partition.unlogged ? "unlogged" : "";
    await client.query(
      `create ${kind} table ${name(table)} partition of ${name(partition.of)} for values in (${partition.value})`,
    );
  }
  const copy = `copy ${name(table)} (${columns.map(name).join(", ")}) from stdin`;
  return copyRows(client, copy, reader.rows());
}

async function copyAll(client: PoolClient, reader: DumpReader): Promise<End> {
  const rows: End["rows"] = {};
  for (;;) {
    const document = await reader.line();
    const { data } = endSchema.safeParse(document);
    if (data) {
      await reader.end(data.end.sha256);
      checkCounts(rows, data.end.rows);
      return data.end;
    }
    const section = parseLine(sectionSchema, document);
    rows[section.table] = await copySection(client, section, reader);
  }
}

function checkCounts(restored: End["rows"], declared: End["rows"]): void {
  for (const table of new Set([...Object.keys(restored), ...Object.keys(declared)])) {
    if (restored[table] !== declared[table])
      throw new BackupError(
        `The backup says that ${table} has ${declared[table] ?? "no"} rows, and ${restored[table] ?? "none"} were read; nothing was restored. Use another copy of it.`,
      );
  }
}

/**
 * Restores into a database without tables, all or nothing.
 * @throws BackupError when the file cannot be restored
 * @throws NotEmptyError when the database is in use
 */
export async function restoreDump(
  database: Database,
  text: AsyncIterable<Buffer>,
): Promise<{ head: Head; rows: End["rows"] }> {
  const reader = new DumpReader(text);
  const head = await readHead(reader);
  try {
    return await inTransaction(database, async ({ client }) => {
      await client.query("set local client_min_messages = warning");
      await lockMigrations(client);
      if ((await listTables(client)).some((table) => table !== "schema_migrations"))
        throw new NotEmptyError(
          "The database is not empty, and a backup is restored into an empty one only. Name a new database in DATABASE_URL, or a new directory in SLUICE_HOME.",
        );
      await applyMigrations(client, head);
      // Migrations insert initial rows into some tables; the backup has their current state.
      const names = (await listTables(client)).map((table) => client.escapeIdentifier(table));
      await client.query(`truncate ${names.join(", ")}`);
      const { rows, sequences } = await copyAll(client, reader);
      for (const { name, last, used } of sequences)
        await client.query("select setval($1::text::regclass, $2, $3)", [
          client.escapeIdentifier(name),
          last,
          used,
        ]);
      // The process that held a lease when the backup was made does not hold it in this database.
      await client.query("update run_leases set holder = null");
      return { head, rows };
    });
  } catch (error) {
    if (error instanceof PostgresError && /^(?:2[23]|42703|42P01)/.test(error.code ?? ""))
      throw new BackupError(
        `The database refused what the backup holds (${error.message}), so it was altered after it was written; nothing was restored. Use another copy of it.`,
        { cause: error },
      );
    throw error;
  }
}
