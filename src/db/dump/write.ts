import { createHash } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { copyOut } from "../copy.ts";
import { listSections, listSequences, listTables } from "./catalog.ts";
import { BackupError, END_OF_ROWS, FORMAT_VERSION, type End, type Head } from "./format.ts";

const ABOUT =
  "Everything a Sluice database holds. Lines of JSON; after each that names a table, its rows in PostgreSQL's COPY text format up to a line of backslash and full stop.";

const LINE_END = 0x0a;

/** In COPY's text format a line end always ends a row. */
function countRows(piece: Buffer): number {
  let rows = 0;
  for (let at = piece.indexOf(LINE_END); at >= 0; at = piece.indexOf(LINE_END, at + 1)) rows++;
  return rows;
}

/**
 * The lock precedes the snapshot, so that no table of the snapshot is dropped before it is read: a
 * run that ends meanwhile leaves its working tables to the next run. Reads and writes continue. One
 * message takes both, so that no run creates tables in between.
 */
async function openSnapshot(client: PoolClient): Promise<void> {
  const tables = await listTables(client);
  if (!tables.includes("schema_migrations"))
    throw new BackupError(
      "There is nothing to back up: the database has no tables of Sluice. Check DATABASE_URL or SLUICE_HOME.",
    );
  await client.query("begin isolation level repeatable read");
  await client.query(
    `lock table ${tables.map((table) => client.escapeIdentifier(table)).join(", ")} in access share mode; select`,
  );
}

async function readHead(client: PoolClient, program: string, now: Date): Promise<Head> {
  const { rows } = await client.query<Head["migrations"][number]>(
    "select number, name, checksum from schema_migrations order by number",
  );
  return { sluiceBackup: FORMAT_VERSION, about: ABOUT, program, madeAt: now.toISOString(), migrations: rows };
}

/**
 * The backup as chunks of text.
 * @throws BackupError when there is nothing to back up
 */
export async function* writeDump(
  pool: Pool,
  { program, now }: { readonly program: string; readonly now: Date },
): AsyncGenerator<Buffer, End["rows"], undefined> {
  const hash = createHash("sha256");
  const hashed = (piece: Buffer): Buffer => {
    hash.update(piece);
    return piece;
  };
  const line = (document: unknown): Buffer => hashed(Buffer.from(`${JSON.stringify(document)}\n`));
  const client = await pool.connect();
  try {
    await openSnapshot(client);
    yield line(await readHead(client, program, now));
    const rows: End["rows"] = {};
    for (const section of await listSections(client)) {
      const { table, columns } = section;
      yield line(section);
      rows[table] = 0;
      const names = columns.map((column) => client.escapeIdentifier(column)).join(", ");
      for await (const piece of copyOut(
        client,
        `copy ${client.escapeIdentifier(table)} (${names}) to stdout`,
      )) {
        rows[table] += countRows(piece);
        yield hashed(piece);
      }
      yield hashed(Buffer.from(END_OF_ROWS));
    }
    const sequences = await listSequences(client);
    yield line({ end: { rows, sequences, sha256: hash.copy().digest("hex") } });
    return rows;
  } finally {
    // Nothing was written, and the pool detects a broken connection.
    await client.query("rollback").catch(() => undefined);
    client.release();
  }
}
