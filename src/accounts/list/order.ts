// Sort orders and page cursors of lists. A cursor holds the last row's sort key and id, not an
// offset, so that a late page costs what the first one does, and no row repeats or is skipped if
// accounts are created, edited or deleted meanwhile. Empty values come last in both directions.
import { sql, type RawBuilder } from "kysely";
import { z } from "zod";
import { decodeCursor, encodeCursor } from "../../lib/cursor.ts";
import { AccountError } from "../account-error.ts";
import type { CustomField } from "../custom-fields.ts";
import { secondsOfDateSql } from "./dates.ts";

/** The sort key as a column of `accounts a`, with the join that it needs. */
type SortKey = {
  readonly key: RawBuilder<unknown>;
  readonly type: "text" | "timestamptz" | "jsonb" | "bigint";
  readonly join?: RawBuilder<unknown>;
  /** The key is never empty, and an index has the accounts in this order. */
  readonly indexed?: boolean;
};

export type Order = SortKey & { readonly sort: string; readonly descending: boolean };

/** The sort key, as the database formats it, and the id of a page's last account. */
export type PageCursor = { readonly key: string | null; readonly id: number };

/** Maximum length of a text key. More would sort no better, and the cursor must fit into a URL. */
const MAX_TEXT_KEY = sql.lit(200);

const SORT_KEYS: Readonly<Record<string, SortKey>> = {
  name: { key: sql`a.name_key`, type: "text", indexed: true },
  updated: { key: sql`a.updated_at`, type: "timestamptz" },
  created: { key: sql`a.created_at`, type: "timestamptz" },
};

/**
 * `lower()` needs the collation "C": in the database's locale, two installations would sort
 * differently.
 */
function fieldSortKey({ id, type }: CustomField, timeZone: string): SortKey {
  const value = sql`(a.fields ->> ${sql.lit(String(id))}) collate "C"`;
  if (type === "text") return { key: sql`left(lower(${value}), ${MAX_TEXT_KEY})`, type: "text" };
  if (type === "datetime") return { key: secondsOfDateSql(sql`(${value})`, timeZone), type: "bigint" };
  const stored = sql`a.fields -> ${sql.lit(String(id))}`;
  if (type !== "teammate") return { key: sql`(${stored})`, type: "jsonb" };
  return {
    key: sql`t.name`,
    type: "text",
    join: sql`left join (
      select to_jsonb(id) as id, lower(coalesce(nullif(name, ''), email) collate "C") as name
      from teammates
    ) t on t.id = ${stored}`,
  };
}

/**
 * @param sort "name", "updated", "created" or a custom field's id; a leading "-" reverses the order
 * @param timeZone the workspace's, by whose clocks dates and times are sorted
 * @throws AccountError if there is no such field
 */
export function parseOrder(sort: string, fields: readonly CustomField[], timeZone: string): Order {
  const descending = sort.startsWith("-");
  const by = descending ? sort.slice(1) : sort;
  const field = fields.find(({ id }) => String(id) === by);
  const key = Object.hasOwn(SORT_KEYS, by) ? SORT_KEYS[by] : field && fieldSortKey(field, timeZone);
  if (!key)
    throw new AccountError(
      `There is no field "${by}" to sort accounts by. It may have been deleted; choose another one.`,
      "sort",
    );
  return { ...key, sort, descending };
}

/**
 * Returns the `order by` list for columns of these names. An indexed key is never empty, and with
 * "nulls last" the index could not be read backwards.
 */
export function orderBy(
  { descending, indexed }: Order,
  key: RawBuilder<unknown>,
  id: RawBuilder<unknown>,
): RawBuilder<unknown> {
  if (!descending) return sql`${key}, ${id}`;
  return indexed ? sql`${key} desc, ${id} desc` : sql`${key} desc nulls last, ${id} desc`;
}

/** Returns the condition for accounts after the cursor. */
export function afterCursor(order: Order, { key, id }: PageCursor): RawBuilder<unknown> {
  const comparison = order.descending ? sql`<` : sql`>`;
  if (key === null) return sql`${order.key} is null and a.id ${comparison} ${id}`;
  const keyComparison = sql`(${order.key}, a.id) ${comparison} (${key}::${sql.raw(order.type)}, ${id}::bigint)`;
  return order.indexed ? keyComparison : sql`(${keyComparison} or ${order.key} is null)`;
}

/** Formats a key for a cursor: times to the microsecond, whatever the database's date style is. */
export function keyText({ type }: Order, key: RawBuilder<unknown>): RawBuilder<unknown> {
  if (type !== "timestamptz") return sql`${key}::text`;
  return sql`to_char(${key} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

export function encodePageCursor({ sort }: Order, { key, id }: PageCursor): string {
  return encodeCursor([sort, key, id]);
}

/** @throws UserError if the cursor is not of a list in this order */
export function decodePageCursor(order: Order, cursor: string): PageCursor {
  const key = z.string().refine(IS_VALID_KEY[order.type]);
  const schema = z.tuple([z.literal(order.sort), order.indexed ? key : key.nullable(), z.int()]);
  const [, lastKey, id] = decodeCursor<z.infer<typeof schema>>(cursor, schema);
  return { key: lastKey, id };
}

/** Keys that the database would refuse with an error of its own must be refused before. */
const IS_VALID_KEY: Readonly<Record<SortKey["type"], (key: string) => boolean>> = {
  text: (key) => !key.includes("\0"),
  timestamptz: (key) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(key),
  bigint: (key) => /^-?\d{1,18}$/.test(key),
  jsonb: (key) => /^(?:true|false|-?\d+(?:\.\d+)?)$/.test(key),
};
