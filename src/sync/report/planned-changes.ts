// Planned and applied changes, with before → after per field.
import { sql, type Kysely } from "kysely";
import { customFields, type CustomField } from "../../accounts/custom-fields.ts";
import type { Database } from "../../db/pool.ts";
import type { Tables } from "../../db/tables.ts";
import type { DateFormat } from "../../settings/dates.ts";
import type { ChangedAccountValues, ChangeAction, StoredFields } from "../../accounts/tables.ts";

export type ChangeValue = string | number | boolean | readonly string[] | null;

/** `values` has only what differs; of a create, the values of the new account. */
export type PlannedChange = {
  readonly action: ChangeAction;
  /** The rule that decided: "create", "domain", "name", "linked", or the reason of a stop. */
  readonly rule: string;
  readonly name: string;
  /** Lower case. */
  readonly recordId: string;
  readonly accountId: number | null;
  readonly values: readonly {
    readonly field: string;
    readonly before: ChangeValue;
    readonly after: ChangeValue;
    /** How a date and time is shown; other fields have none. */
    readonly dateFormat?: DateFormat;
  }[];
};

export type ChangeNames = {
  readonly fields: ReadonlyMap<string, CustomField>;
  readonly teammates: ReadonlyMap<number, string>;
};

/** Loads the names of fields and teammates that stored changes have as ids. */
export async function changeNames(database: Database): Promise<ChangeNames> {
  const fields = await customFields(database.kysely);
  const teammates = await database.kysely.selectFrom("teammates").select(["id", "email"]).execute();
  return {
    fields: new Map(fields.map((field) => [String(field.id), field])),
    teammates: new Map(teammates.map(({ id, email }) => [id, email])),
  };
}

/** The stored columns, without those that only the apply needs. */
export type ChangeRow = {
  action: ChangeAction;
  rule: string;
  account_id: number | null;
  record_id: string;
  name: string;
  description: string | null;
  fields: StoredFields | null;
  domains: string[] | null;
  before: ChangedAccountValues | null;
};

export function* valuesOf(row: ChangeRow, names: ChangeNames): Generator<PlannedChange["values"][number]> {
  const created = row.action === "create";
  const old = row.before ?? {};
  if (!created && old.name !== undefined) yield { field: "Name", before: old.name, after: row.name };
  if (created ? row.description !== null : old.description !== undefined) {
    yield { field: "Description", before: old.description ?? null, after: row.description };
  }
  if (created ? row.domains !== null && row.domains.length > 0 : old.domains !== undefined) {
    yield { field: "Domains", before: old.domains ?? null, after: row.domains };
  }
  const changed = created ? (row.fields ?? {}) : (old.fields ?? {});
  for (const id of Object.keys(changed)) {
    const field = names.fields.get(id);
    const displayed = (value: string | number | boolean | null | undefined): ChangeValue =>
      field?.type === "teammate" && typeof value === "number"
        ? (names.teammates.get(value) ?? null)
        : (value ?? null);
    yield {
      field: field?.name ?? `field ${id}`,
      before: displayed(old.fields?.[id]),
      after: displayed(row.fields?.[id]),
      ...(field?.type === "datetime" && { dateFormat: field.dateFormat }),
    };
  }
}

/** Counts what the run that applies under this fence has written; undefined if none applies. */
export async function applyProgress(
  kysely: Kysely<Tables>,
  organizationId: string,
  fence: number,
): Promise<{ id: number; written: number; remaining: number } | undefined> {
  const { rows } = await sql<{ id: number; written: number; remaining: number }>`
    select r.id, count(c.seq) filter (where c.seq <= r.checkpoint)::int as written,
      count(c.seq) filter (where c.seq > r.checkpoint)::int as remaining
    from runs r
    left join account_changes c on c.run_id = r.id
    where r.organization_id = ${organizationId} and r.fence = ${fence} and r.status = 'applying'
    group by r.id
    limit 1`.execute(kysely);
  return rows[0];
}

/** Loads the first changes of a run, in the order in which they are applied. */
export async function plannedChanges(
  database: Database,
  runId: number,
  limit: number,
): Promise<PlannedChange[]> {
  const names = await changeNames(database);
  const rows: ChangeRow[] = await database.kysely
    .selectFrom("account_changes")
    .select([
      "action",
      "rule",
      "account_id",
      "record_id",
      "name",
      "description",
      "fields",
      "domains",
      "before",
    ])
    .where("run_id", "=", runId)
    .where((where) => where.or([where("outcome", "is", null), where("outcome", "<>", "planned-again")]))
    .orderBy("seq")
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    action: row.action,
    rule: row.rule,
    name: row.name,
    recordId: row.record_id,
    accountId: row.account_id,
    values: [...valuesOf(row, names)],
  }));
}
