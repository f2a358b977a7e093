// All accounts, as the command line, tests and backups of the curious want them: by name, in a stable order that
// does not depend on which number an account was given.
import type pg from "pg";
import { inTransaction } from "../../db/transaction.ts";
import type { Database } from "../../db/pool.ts";
import { customFields } from "../custom-fields.ts";
import type { Origin, StoredFields } from "../tables.ts";

export type ExportedAccount = {
  readonly name: string;
  readonly externalId: string | null;
  readonly origin: Origin;
  readonly domains: readonly string[];
  readonly description: string | null;
  /** By field name, in the order of the names; a teammate as e-mail address. Empty fields are left out. */
  readonly fields: Record<string, string | number | boolean>;
};

const BATCH_SIZE = 2_000;

const ACCOUNTS_QUERY = `
  select name, external_id, origin, description, fields, coalesce(held.domains, '{}') as domains
  from accounts a
  left join lateral (select array_agg(domain order by domain) as domains from account_domains where account_id = a.id) held on true
  order by name collate "C", external_id nulls first, held.domains, description collate "C", a.id`;

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

/** Calls `take` with batches of accounts, one snapshot of the store whatever runs beside it. */
export async function exportAccounts(
  database: Database,
  onBatch: (accounts: readonly ExportedAccount[]) => void | Promise<void>,
): Promise<void> {
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
              return value === undefined ? [] : [[field.name, value]];
            }),
          ),
        })),
      );
    }
  });
}
