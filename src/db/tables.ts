// The tables as Kysely sees them; the SQL of `migrations/` is the truth, these types follow it.
// Each room declares its tables in a `tables.ts` of its own, which merges into `Tables`. The type checker finds
// every one, imported or not, since tsconfig.json includes all of src.
// bigint columns that stay below 2^53 are numbers; fingerprints are 64 bits wide and never read one by one.
import type { ColumnType } from "kysely";

export type Json<T> = ColumnType<T, string, string>;
export type NullableJson<T> = ColumnType<T | null, string | null, string | null>;
export type UnreadBigint = ColumnType<never, never, null>;

export interface Tables {}
