// Exports all accounts for the command line and for tests, in an order that does not depend on
// their ids: by name.
import type pg from "pg";
import { inTransaction } from "../../db/transaction.ts";
import type { Database } from "../../db/pool.ts";
import { customFields } from "../custom-fields.ts";
import { exportedDate } from "../../settings/dates.ts";
import { wallClock } from "../../settings/time-zone.ts";
import type { Origin, StoredFields } from "../tables.ts";

export type ExportedAccount = {
  readonly name: string;
  readonly externalId: string | null;
  readonly origin: Origin;
  readonly domains: readonly string[];
  readonly description: string | null;
  /** By field name, sorted by name. A teammate is an e-mail address; empty fields have no key. */
  readonly fields: Record<string, string | number | boolean>;
};

const BATCH_SIZE = 2_000;

const ACCOUNTS_QUERY = `
  select name, external_id, origin, description, fields, coalesce(d.domains, '{}') as domains
  from accounts a
  left join lateral (
    select array_agg(domain order by domain) as domains
    from account_domains
    where account_id = a.id
  ) d on true
  order by name collate "C", external_id nulls first, d.domains, description collate "C", a.id`;

type Row = {
  name: string;
  external_id: string | null;
  origin: Origin;
  description: string | null;
  fields: StoredFields;
  domains: string[];
};

async function* fetchRows(client: pg.PoolClient): AsyncGenerator<Row[]> {
  await client.query(`declare exported no scroll cursor for ${ACCOUNTS_QUERY}`);
  for (;;) {
    const { rows } = await client.query<Row>(`fetch ${BATCH_SIZE} from exported`);
    if (rows.length === 0) return;
    yield rows;
  }
}

/**
 * Calls `onBatch` with batches of accounts from one snapshot of the store.
 * @param timeZone the workspace's, by whose clocks a field of dates has the date of an instant
 */
export async function exportAccounts(
  database: Database,
  onBatch: (accounts: readonly ExportedAccount[]) => void | Promise<void>,
  timeZone = "UTC",
): Promise<void> {
  const clock = wallClock(timeZone);
  await inTransaction(database, async ({ kysely, client }) => {
    await client.query("set transaction isolation level repeatable read read only");
    const fields = (await customFields(kysely)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const teammates = new Map(
      (await kysely.selectFrom("teammates").selectAll().execute()).map((t) => [t.id, t.email]),
    );
    for await (const rows of fetchRows(client)) {
      await onBatch(
        rows.map((row) => ({
          name: row.name,
          externalId: row.external_id,
          origin: row.origin,
          domains: row.domains,
          description: row.description,
          fields: Object.fromEntries(
            fields.flatMap((field) => {
              const stored = row.fields[field.id];
              const value = field.type === "teammate" ? teammates.get(Number(stored)) : stored;
              if (value === undefined) return [];
              const isDate = field.type === "datetime" && typeof value === "string";
              return [[field.name, isDate ? exportedDate(value, field.dateFormat, clock) : value]];
            }),
          ),
        })),
      );
    }
  });
}
