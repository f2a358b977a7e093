// Planned and applied changes, with before → after per field.
import { sql, type Kysely, type RawBuilder } from "kysely";
import { customFields, type CustomField } from "../../accounts/custom-fields.ts";
import type { Database } from "../../db/pool.ts";
import type { Tables } from "../../db/tables.ts";
import type { DateFormat } from "../../settings/dates.ts";
import type { ChangedAccountValues, ChangeAction, StopReason, StoredFields } from "../../accounts/tables.ts";

export type ChangeValue = string | number | boolean | readonly string[] | null;

/** `values` has only what differs; of a create, the values of the new account. */
export type PlannedChange = {
  readonly action: ChangeAction;
  /**
   * The rule that decided: "create", "domain", "name", "linked", "merged", or why the record was not
   * read.
   */
  readonly rule: string;
  readonly name: string;
  /** Lower case. */
  readonly recordId: string;
  readonly accountId: number | null;
  /** Of a link to an account that had a link already: its name before, and why it was open. */
  readonly takesOver: { readonly name: string; readonly reason: StopReason } | null;
  /** Of a stop: the name of the record that takes the account over in the same run. */
  readonly takenOverBy: string | null;
  /** Of a merge: the account that it gives way to; null if it gets the other record's link. */
  readonly mergedInto: { readonly id: number; readonly name: string } | null;
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

/** The stored columns, without those that only the apply needs, and names that they refer to. */
export type ChangeRow = {
  seq: number;
  action: ChangeAction;
  rule: string;
  account_id: number | null;
  record_id: string;
  name: string;
  description: string | null;
  fields: StoredFields | null;
  domains: string[] | null;
  before: ChangedAccountValues | null;
  previous_reason: StopReason | null;
  taken_over_by: string | null;
  merged_into: number | null;
  merged_into_name: string | null;
  outcome: "changed" | null;
};

/**
 * Loads changes in the order in which they are applied.
 * @param condition SQL over `account_changes c`
 */
export async function changeRows(
  { kysely }: Database,
  runId: number,
  condition: RawBuilder<unknown>,
  limit: number,
): Promise<ChangeRow[]> {
  const { rows } = await sql<ChangeRow>`
    select c.*, winner.name as merged_into_name, taken.name as taken_over_by
    from (
      select seq, action, rule, account_id, record_id, name, description, fields, domains, before,
        previous_reason, merged_into, outcome
      from account_changes c
      where run_id = ${runId} and outcome is distinct from 'planned-again' and ${condition}
      order by seq
      limit ${limit}
    ) c
    left join accounts winner on winner.id = c.merged_into
    left join lateral (
      select name from account_changes link
      where c.action = 'stop' and link.account_id = c.account_id and link.run_id = ${runId}
        and link.action = 'link' and link.outcome is null
      limit 1
    ) taken on true
    order by c.seq`.execute(kysely);
  return rows;
}

/** @returns what a change says beside its values */
export function changeOf(row: ChangeRow): Omit<PlannedChange, "values"> {
  const { action, rule, name, before, previous_reason: reason, merged_into: into } = row;
  return {
    action,
    rule,
    name,
    recordId: row.record_id,
    accountId: row.account_id,
    takesOver: reason === null ? null : { name: before?.name ?? name, reason },
    takenOverBy: row.taken_over_by,
    mergedInto: into === null ? null : { id: into, name: row.merged_into_name ?? `account ${into}` },
  };
}

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
  const rows = await changeRows(database, runId, sql`true`, limit);
  return rows.map((row) => plannedChange(row, names));
}

function plannedChange(row: ChangeRow, names: ChangeNames): PlannedChange {
  return { ...changeOf(row), values: [...valuesOf(row, names)] };
}
