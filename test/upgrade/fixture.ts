// Databases as version 0.1.0 left them: the rows of every table, working tables of runs included,
// in the schema of that version. fixtures/version-0.1.0/README.md says how they were made.
import { readdir, readFile } from "node:fs/promises";
import { brotliDecompressSync } from "node:zlib";
import { databaseWithoutTables, type TestDatabase } from "../harness/database.ts";
import type { Answers } from "./answers.ts";

const FOLDER = new URL("../fixtures/version-0.1.0/", import.meta.url);
const MIGRATIONS = new URL("../../src/db/migrations/", import.meta.url);

/** As many as version 0.1.0 has. Migrations are frozen, so these make its schema. */
const MIGRATION_COUNT = 15;

/** A file that `sluice backup` of version 0.1.0 wrote, of the database "applying-killed". */
export const BACKUP = new URL("applying-killed.backup.gz", FOLDER);

/** Stands for the simulator's host and port in both files. */
const SIMULATOR = "{simulator}";

export type Recording = {
  /** The time at which version 0.1.0 was started on the database. */
  readonly now: string;
  /** Of a session of Dana, a company admin. */
  readonly token: string;
  /** What version 0.1.0 answered before and after it played the scenario. */
  readonly before: Answers;
  readonly after: Answers;
};

async function unpack(file: string): Promise<string> {
  return brotliDecompressSync(await readFile(new URL(file, FOLDER))).toString();
}

/** By the name of the database. */
export async function readRecordings(): Promise<Readonly<Record<string, Recording>>> {
  return JSON.parse(await unpack("answers.json.br"));
}

const databases = unpack("databases.sql.br").then((text) => {
  const parts = text.split(/^-- database: /mu).slice(1);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf("\n")), `-- ${part}`]));
});

/** A database with the schema and the rows of version 0.1.0. `simulator`: its host and port. */
export async function loadDatabase(name: string, simulator: string): Promise<TestDatabase> {
  const rows = (await databases).get(name);
  if (rows === undefined) throw new Error(`The fixture has no database ${name}.`);
  const files = (await readdir(MIGRATIONS)).filter((file) => file.endsWith(".sql")).toSorted();
  const migrations = await Promise.all(
    files.slice(0, MIGRATION_COUNT).map((file) => readFile(new URL(file, MIGRATIONS), "utf8")),
  );
  const database = await databaseWithoutTables();
  await database.pool.query(migrations.join("\n"));
  await database.pool.query(rows.replaceAll(SIMULATOR, simulator));
  return database;
}
