// Row types for Kysely; the SQL in `migrations/` is authoritative. Each room declares its tables in
// its own `tables.ts`, merged into `Tables`; tsconfig.json includes all of src, so none needs an
// import. A bigint below 2^53 is a number; 64-bit fingerprints are never read.
import type { ColumnType } from "kysely";

export type Json<T> = ColumnType<T, string, string>;
export type NullableJson<T> = ColumnType<T | null, string | null, string | null>;
export type UnreadBigint = ColumnType<never, never, null>;

export interface Tables {}
