// A backup: the whole database as one stream, read from one snapshot and restored in one transaction, on whatever major
// version of PostgreSQL. Lines of text under gzip: a line of JSON that says what it is, then for each table a line of JSON
// and its rows as COPY writes them up to a line `\.` (PostgreSQL manual, "COPY"), at the end counts and a checksum.
import { z } from "zod";
import { UserError, type UserErrorOptions } from "../../lib/user-error.ts";

/** Grows when an older program could not read what a newer one writes. */
export const FORMAT_VERSION = 1;

/** Ends the rows of a table. Rows cannot contain it: COPY doubles every backslash of a value. */
export const END_OF_ROWS = "\\.\n";

const migration = z.object({ number: z.int().positive(), name: z.string(), checksum: z.string() });

export const headSchema = z.object({
  sluiceBackup: z.int().positive(),
  about: z.string(),
  program: z.string(),
  madeAt: z.iso.datetime(),
  /** What the schema was made by, in this order. */
  migrations: z.array(migration),
});
export type Head = z.infer<typeof headSchema>;

export const sectionSchema = z.object({
  table: z.string(),
  columns: z.array(z.string()),
  /** The table holds the rows of one run and is made anew. */
  partition: z.object({ of: z.string(), value: z.int().positive(), unlogged: z.boolean() }).optional(),
});
export type Section = z.infer<typeof sectionSchema>;

export const endSchema = z.object({
  end: z.object({
    /** Rows by table. */
    rows: z.record(z.string(), z.int().nonnegative()),
    sequences: z.array(z.object({ name: z.string(), last: z.int(), used: z.boolean() })),
    /** Of everything before this line. */
    sha256: z.string(),
  }),
});
export type End = z.infer<typeof endSchema>["end"];

/** The file is no backup, not whole, altered, or of a newer program; the message says which. */
export class BackupError extends UserError {
  override readonly name = "BackupError";

  constructor(sentence: string, options?: UserErrorOptions) {
    super("backup", sentence, options);
  }
}
