// Pages of accounts out of any number of them, and how many there are.
// By name, a page is read from the index, and what is filtered is looked for among the next few thousand accounts first:
// frequent words fill a page from there. All else is one parallel look at every account, which needs no index that each
// sync would have to pay for. Measured at 500,000 accounts of ten fields on two cores that others used as well: 9 ms by
// name, 0.1 s for a frequent word, 0.3 s by last change, 1.2 s by a field or for a word that nothing holds. A trigram index
// on names alone would add 10 µs to writing an account (56 %), and fields of text would still have to be looked through.
import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Tables } from "../../db/tables.ts";
import { conditionsOf, type Conditions, type Listing, type SyncState } from "./filters.ts";
import { customFields, type CustomField } from "../custom-fields.ts";
import { behind, cursorOf, keyText, orderBy, orderOf, placeOf, type Order, type Place } from "./order.ts";
import type { StoredFields } from "../tables.ts";

export type ListedAccount = {
  readonly id: number;
  readonly name: string;
  readonly domains: readonly string[];
  /** Of the fields that there are. */
  readonly fields: StoredFields;
  readonly sync: SyncState;
  readonly updatedAt: Date;
};

export type PageRequest = Listing & {
  /** "name", "updated", "created" or a custom field's id; with "-" in front, the other way round. */
  readonly sort: string;
  readonly after?: string | undefined;
  readonly limit: number;
};

export type AccountPage = { readonly accounts: readonly ListedAccount[]; readonly next: string | null };

/** Accounts looked at by name before all are. With 100 of them on a page, words of at least 2 % are found there. */
const WALK = 5_000;

/** @throws AccountError on a sort or filter that makes no sense, UserError on such a cursor */
export async function accountPage(db: Kysely<Tables>, request: PageRequest): Promise<AccountPage> {
  const fields = await customFields(db);
  const order = orderOf(request.sort, fields);
  const conditions = conditionsOf(request, fields);
  const place = request.after === undefined ? undefined : placeOf(order, request.after);
  const wanted = request.limit + 1;
  let rows: readonly Row[] = [];
  for (const ids of attempts(order, conditions, place, wanted)) {
    rows = (await rowsOf(order, ids, request.organizationId).execute(db)).rows;
    if (rows.length === wanted) break;
  }
  const shown = rows.slice(0, request.limit);
  const last = shown.at(-1);
  return {
    accounts: shown.map((row) => listed(row, fields)),
    next: rows.length === wanted && last ? cursorOf(order, last) : null,
  };
}

/** One pass over the accounts at most. @throws AccountError on a filter that makes no sense */
export async function countAccounts(db: Kysely<Tables>, listing: Listing): Promise<number> {
  const conditions = conditionsOf(listing, await customFields(db));
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from (${matching(conditions, sql``, sql``, [])}) accounts`.execute(db);
  return rows[0]!.count;
}

type Query = RawBuilder<unknown>;

/** Queries of `id` and `key`; the next is only needed when the one before did not fill the page. */
function attempts(
  order: Order,
  conditions: Conditions,
  place: Place | undefined,
  wanted: number,
): readonly Query[] {
  const start = place ? [behind(order, place)] : [];
  const all = firstOf(order, matching(conditions, keyColumn(order), order.join ?? sql``, start), wanted);
  if (!order.indexed) return [all];
  const next = sql`
    select * from accounts a ${whereAll(start)} order by ${orderBy(order, sql`a.name_key`, sql`a.id`)}`;
  const { where, search } = conditions;
  if (where.length === 0 && !search)
    return [sql`select a.id ${keyColumn(order)} from (${next} limit ${wanted}) a`];
  const found = search?.domains
    ? sql`exists (select from account_domains d where d.account_id = a.id and ${search.domains})`
    : sql`false`;
  const walk = sql`
    select a.id ${keyColumn(order)} from (${next} limit ${WALK}) a
    ${whereAll(search ? [...where, sql`(${search.text} or ${found})`] : where)}`;
  return [firstOf(order, walk, wanted), all];
}

function keyColumn({ key }: Order): Query {
  return sql`, ${key} as key`;
}

/**
 * All accounts that a list shows. Two looks and not one with "or": the planner takes that for most of the table, and does it
 * all in one process (three times as long).
 */
function matching(
  { where, search }: Conditions,
  columns: Query,
  join: Query,
  start: readonly Query[],
): Query {
  const from = sql`select a.id ${columns} from accounts a ${join}`;
  if (!search) return sql`${from} ${whereAll([...start, ...where])}`;
  const byText = sql`${from} ${whereAll([...start, ...where, search.text])}`;
  if (!search.domains) return byText;
  const held = sql`a.id in (select d.account_id from account_domains d where ${search.domains})`;
  const others = [...start, ...where, held, sql`${search.text} is not true`];
  return sql`${byText} union all ${from} ${whereAll(others)}`;
}

/** `materialized`, since the planner would take the order from an index, one random account after the other. */
function firstOf(order: Order, ids: Query, wanted: number): Query {
  return sql`
    with matching as materialized (${ids})
    select id, key from matching order by ${orderBy(order, sql`key`, sql`id`)} limit ${wanted}`;
}

/** Every account of the list with its columns, in its order. */
export function allRows(order: Order, listing: Listing, fields: readonly CustomField[]): RawBuilder<Row> {
  const conditions = conditionsOf(listing, fields);
  return rowsOf(
    order,
    matching(conditions, keyColumn(order), order.join ?? sql``, []),
    listing.organizationId,
  );
}

function whereAll(conditions: readonly Query[]): Query {
  return conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`;
}

export type Row = {
  id: number;
  key: string | null;
  name: string;
  description: string | null;
  external_id: string | null;
  fields: StoredFields;
  domains: string[];
  sync: SyncState;
  created_at: Date;
  updated_at: Date;
};

function rowsOf(order: Order, ids: Query, organizationId: string | null): RawBuilder<Row> {
  return sql<Row>`
    select a.id, ${keyText(order, sql`page.key`)} as key, a.name, a.description, a.external_id, a.fields, a.created_at, a.updated_at,
      case when l.account_id is null then 'not-synced' when l.stop_reason is not null then 'stopped'
        when l.organization_id = ${organizationId} then 'synced' else 'disconnected' end as sync,
      coalesce((select array_agg(domain order by domain) from account_domains where account_id = a.id), '{}') as domains
    from (${ids}) page
    join accounts a on a.id = page.id
    left join account_links l on l.account_id = a.id
    order by ${orderBy(order, sql`page.key`, sql`page.id`)}`;
}

function listed(row: Row, fields: readonly CustomField[]): ListedAccount {
  const { id, name, domains, sync } = row;
  return { id, name, domains, fields: knownFields(row.fields, fields), sync, updatedAt: row.updated_at };
}

/** Without the values of fields that were deleted. */
export function knownFields(stored: StoredFields, fields: readonly CustomField[]): StoredFields {
  return Object.fromEntries(
    fields.flatMap(({ id }) => {
      const value = stored[id];
      return value === undefined ? [] : [[id, value]];
    }),
  );
}
