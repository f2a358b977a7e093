// The backup format: one snapshot as gzipped text, for any major version of PostgreSQL. A JSON line
// with the head, then for each table a JSON line and its rows in COPY's text format up to a line
// `\.` (PostgreSQL manual, "COPY"), then a JSON line with counts and a checksum.
import { z } from "zod";
import { UserError, type UserErrorOptions } from "../../lib/user-error.ts";

/** Incremented when older programs could not read a newer backup. */
export const FORMAT_VERSION = 1;

/** Ends the rows of a table. Rows cannot contain it, because COPY doubles every backslash. */
export const END_OF_ROWS = "\\.\n";

const migration = z.object({ number: z.int().positive(), name: z.string(), checksum: z.string() });

export const headSchema = z.object({
  sluiceBackup: z.int().positive(),
  about: z.string(),
  program: z.string(),
  madeAt: z.iso.datetime(),
  /** The migrations that made the schema, in order. */
  migrations: z.array(migration),
});
export type Head = z.infer<typeof headSchema>;

export const sectionSchema = z.object({
  table: z.string(),
  columns: z.array(z.string()),
  /** The table is a partition with the rows of one run; it is created on restore. */
  partition: z.object({ of: z.string(), value: z.int().positive(), unlogged: z.boolean() }).optional(),
});
export type Section = z.infer<typeof sectionSchema>;

export const endSchema = z.object({
  end: z.object({
    /** Number of rows by table. */
    rows: z.record(z.string(), z.int().nonnegative()),
    sequences: z.array(z.object({ name: z.string(), last: z.int(), used: z.boolean() })),
    /** Checksum of everything before this line. */
    sha256: z.string(),
  }),
});
export type End = z.infer<typeof endSchema>["end"];

/** The file is no backup, incomplete, altered, or of a newer program. */
export class BackupError extends UserError {
  override readonly name = "BackupError";

  constructor(sentence: string, options?: UserErrorOptions) {
    super("backup", sentence, options);
  }
}
