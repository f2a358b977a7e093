// In which order accounts are listed, and where a page goes on. A place in a list is the sort key and id of the last
// account shown and not a number of rows, so that a page deep down costs what the first one does, and accounts made,
// changed or deleted in between neither repeat nor hide others. Empty values come last in both directions.
import { sql, type RawBuilder } from "kysely";
import { z } from "zod";
import { decodeCursor, encodeCursor } from "../../lib/cursor.ts";
import { AccountError } from "../account-error.ts";
import type { CustomField } from "../custom-fields.ts";

/** The key as a column of `accounts a`, with what must be joined for it. */
type SortKey = {
  readonly key: RawBuilder<unknown>;
  readonly type: "text" | "timestamptz" | "jsonb";
  readonly join?: RawBuilder<unknown>;
  /** Never empty, and an index gives the accounts in this order. */
  readonly indexed?: boolean;
};

export type Order = SortKey & { readonly sort: string; readonly descending: boolean };

/** Where a list goes on: behind the account of this key and id. The key as the database writes it. */
export type PageCursor = { readonly key: string | null; readonly id: number };

/** More would sort no better, and a place must fit into an address. */
const MAX_TEXT_KEY = sql.lit(200);

const SORT_KEYS: Readonly<Record<string, SortKey>> = {
  name: { key: sql`a.name_key`, type: "text", indexed: true },
  updated: { key: sql`a.updated_at`, type: "timestamptz" },
  created: { key: sql`a.created_at`, type: "timestamptz" },
};

/** Never `lower()` in the database's locale, in which two installations would sort differently. */
function fieldSortKey({ id, type }: CustomField): SortKey {
  const value = sql`(a.fields ->> ${sql.lit(String(id))}) collate "C"`;
  if (type === "text") return { key: sql`left(lower(${value}), ${MAX_TEXT_KEY})`, type: "text" };
  if (type === "datetime") return { key: value, type: "text" };
  const stored = sql`a.fields -> ${sql.lit(String(id))}`;
  if (type !== "teammate") return { key: sql`(${stored})`, type: "jsonb" };
  return {
    key: sql`t.name`,
    type: "text",
    join: sql`left join (
      select to_jsonb(id) as id, lower(coalesce(nullif(name, ''), email) collate "C") as name from teammates
    ) t on t.id = ${stored}`,
  };
}

/** @param sort "name", "updated", "created" or a custom field's id; "-" in front turns it round. @throws AccountError */
export function parseOrder(sort: string, fields: readonly CustomField[]): Order {
  const descending = sort.startsWith("-");
  const by = descending ? sort.slice(1) : sort;
  const field = fields.find(({ id }) => String(id) === by);
  const key = Object.hasOwn(SORT_KEYS, by) ? SORT_KEYS[by] : field && fieldSortKey(field);
  if (!key)
    throw new AccountError(
      `There is no field "${by}" to sort accounts by. It may have been deleted; choose another one.`,
      "sort",
    );
  return { ...key, sort, descending };
}

/** The part of `order by` for columns of these names. An index read backwards would have empty values first, if any. */
export function orderBy(
  { descending, indexed }: Order,
  key: RawBuilder<unknown>,
  id: RawBuilder<unknown>,
): RawBuilder<unknown> {
  if (!descending) return sql`${key}, ${id}`;
  return indexed ? sql`${key} desc, ${id} desc` : sql`${key} desc nulls last, ${id} desc`;
}

/** The accounts behind a place. */
export function afterCursor(order: Order, { key, id }: PageCursor): RawBuilder<unknown> {
  const comparison = order.descending ? sql`<` : sql`>`;
  if (key === null) return sql`${order.key} is null and a.id ${comparison} ${id}`;
  const keyComparison = sql`(${order.key}, a.id) ${comparison} (${key}::${sql.raw(order.type)}, ${id}::bigint)`;
  return order.indexed ? keyComparison : sql`(${keyComparison} or ${order.key} is null)`;
}

/** A key as a place keeps it: to the microsecond, however this database likes to write moments. */
export function keyText({ type }: Order, key: RawBuilder<unknown>): RawBuilder<unknown> {
  if (type !== "timestamptz") return sql`${key}::text`;
  return sql`to_char(${key} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

export function encodePageCursor({ sort }: Order, { key, id }: PageCursor): string {
  return encodeCursor([sort, key, id]);
}

/** @throws UserError when the cursor is not of a list in this order */
export function decodePageCursor(order: Order, cursor: string): PageCursor {
  const key = z.string().refine(IS_VALID_KEY[order.type]);
  const schema = z.tuple([z.literal(order.sort), order.indexed ? key : key.nullable(), z.int()]);
  const [, lastKey, id] = decodeCursor<z.infer<typeof schema>>(cursor, schema);
  return { key: lastKey, id };
}

/** What the database would refuse with an error of its own. */
const IS_VALID_KEY: Readonly<Record<SortKey["type"], (key: string) => boolean>> = {
  text: (key) => !key.includes("\0"),
  timestamptz: (key) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(key),
  jsonb: (key) => /^(?:true|false|-?\d+(?:\.\d+)?)$/.test(key),
};
