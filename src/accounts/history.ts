// The history of an account, newest first: changes by runs (applied plans) and by people
// (`account_edits`), with the names that fields and teammates have now.
import { sql, type Kysely } from "kysely";
import { z } from "zod";
import type { Tables } from "../db/tables.ts";
import { decodeCursor, encodeCursor } from "../lib/cursor.ts";
import { customFields, type CustomField } from "./custom-fields.ts";
import type { ChangedAccountValues, EditAction, ChangeAction, EditorKind, StopReason } from "./tables.ts";

export type HistoryValue = string | number | boolean | readonly string[] | null;

export type HistoryEntry = {
  readonly id: string;
  readonly at: Date;
  readonly by:
    | { readonly kind: "run"; readonly run: number }
    | { readonly kind: "teammate"; readonly name: string }
    | { readonly kind: "api" }
    | { readonly kind: "command-line" };
  readonly action: ChangeAction | EditAction;
  /**
   * The rule of a run's change: "create", "domain", "name", "linked", "merged", or the reason why the
   * account stopped syncing.
   */
  readonly rule: string | null;
  /** Of a link to another record than before: why the record before released the account. */
  readonly previousReason: StopReason | null;
  /** Of a merge: the account that this one gave way to; its name is null if it was deleted since. */
  readonly mergedInto: { readonly id: number; readonly name: string | null } | null;
  readonly changes: readonly {
    readonly field: string;
    readonly before: HistoryValue;
    readonly after: HistoryValue;
  }[];
};

export type HistoryPage = { readonly entries: readonly HistoryEntry[]; readonly next: string | null };

const PAGE_SIZE = 50;

/** `source_id` and `seq` are the ids of a run and its change, or the id of an edit and 0. */
type Row = {
  at: Date;
  source: "run" | "edit";
  source_id: number;
  seq: number;
  action: ChangeAction | EditAction;
  rule: string | null;
  previous_reason: StopReason | null;
  merged_into: number | null;
  merged_into_name: string | null;
  editor_kind: EditorKind | null;
  editor_name: string | null;
  before: ChangedAccountValues;
  after: ChangedAccountValues;
};

/** @throws UserError if `after` is not a cursor of a history */
export async function accountHistory(
  db: Kysely<Tables>,
  accountId: number,
  after?: string,
): Promise<HistoryPage> {
  const start =
    after === undefined ? sql`true` : sql`(at, source, source_id, seq) < ${decodeHistoryCursor(after)}`;
  const { rows } = await sql<Row>`
    select entries.*, winner.name as merged_into_name
    from (
      select date_trunc('milliseconds', coalesce(r.finished_at, r.planned_at, r.started_at)) as at,
        'run' as source, c.run_id as source_id, c.seq, c.action, c.rule, c.previous_reason, c.merged_into,
        null as editor_kind, null as editor_name, coalesce(c.before, '{}') as before,
        jsonb_build_object(
          'name', c.name, 'description', c.description, 'domains', coalesce(c.domains, '{}'),
          'fields', coalesce(c.fields, '{}'),
          'externalId', case c.action when 'merge' then c.winner_id else c.record_id end) as after
      from account_changes c
      join runs r on r.id = c.run_id
      where c.account_id = ${accountId} and c.outcome is null and (r.status = 'done' or c.seq <= r.checkpoint)
      union all
      select date_trunc('milliseconds', e.at), 'edit', e.id, 0, e.action, null, null, null,
        e.editor_kind, e.editor_name, e.before, e.after
      from account_edits e
      where e.account_id = ${accountId}
    ) entries
    left join accounts winner on winner.id = entries.merged_into
    where ${start}
    order by at desc, source desc, source_id desc, seq desc
    limit ${PAGE_SIZE + 1}`.execute(db);
  const names = await loadDisplayNames(db);
  const shown = rows.slice(0, PAGE_SIZE);
  const last = shown.at(-1);
  return {
    entries: shown.map((row) => entryOf(row, names)),
    next: rows.length > PAGE_SIZE && last ? encodeHistoryCursor(last) : null,
  };
}

function entryId({ source, source_id, seq }: Row): string {
  return source === "run" ? `run-${source_id}-${seq}` : `edit-${source_id}`;
}

/** Times are milliseconds up to the year 9999; the other limits are those of the columns. */
const historyCursor = z.tuple([
  z.int().min(0).max(253_402_300_799_999),
  z.enum(["run", "edit"]),
  z.int().min(0),
  z.int().min(0).max(2_147_483_647),
]);

function encodeHistoryCursor({ at, source, source_id, seq }: Row): string {
  return encodeCursor([at.getTime(), source, source_id, seq] satisfies z.infer<typeof historyCursor>);
}

function decodeHistoryCursor(cursor: string) {
  const [at, source, sourceId, seq] = decodeCursor(cursor, historyCursor);
  return sql`(${new Date(at)}::timestamptz, ${source}::text, ${sourceId}::bigint, ${seq}::integer)`;
}

type DisplayNames = {
  readonly fields: ReadonlyMap<string, CustomField>;
  readonly teammates: ReadonlyMap<number, string>;
};

async function loadDisplayNames(db: Kysely<Tables>): Promise<DisplayNames> {
  const teammates = await db.selectFrom("teammates").select(["id", "email", "name"]).execute();
  return {
    fields: new Map((await customFields(db)).map((field) => [String(field.id), field])),
    teammates: new Map(teammates.map(({ id, email, name }) => [id, name || email])),
  };
}

function entryOf(row: Row, names: DisplayNames): HistoryEntry {
  return {
    id: entryId(row),
    at: row.at,
    by: authorOf(row),
    action: row.action,
    rule: row.rule,
    previousReason: row.previous_reason,
    mergedInto: row.merged_into === null ? null : { id: row.merged_into, name: row.merged_into_name },
    changes: [...changesOf(row, names)],
  };
}

function authorOf({ source, source_id, editor_kind, editor_name }: Row): HistoryEntry["by"] {
  if (source === "run") return { kind: "run", run: source_id };
  if (editor_kind === "teammate") return { kind: "teammate", name: editor_name ?? "" };
  return { kind: editor_kind ?? "api" };
}

const STANDARD_FIELDS = [
  ["name", "Name"],
  ["description", "Description"],
  ["domains", "Domains"],
  ["externalId", "External ID"],
] as const;

/**
 * Yields the changed fields. `before` has a key for each field that was changed, except for a run's
 * create, where every non-empty value is new.
 */
function* changesOf(row: Row, names: DisplayNames): Generator<HistoryEntry["changes"][number]> {
  const { before, after } = row;
  const isNew = row.source === "run" && row.action === "create";
  for (const [key, field] of STANDARD_FIELDS) {
    const isIncluded = isNew ? !isEmpty(after[key]) : key in before;
    if (isIncluded && row.action !== "stop")
      yield { field, before: before[key] || null, after: after[key] || null };
  }
  for (const id of Object.keys((isNew ? after.fields : before.fields) ?? {})) {
    yield {
      field: names.fields.get(id)?.name ?? `Field ${id}, since deleted`,
      before: valueOf(id, before.fields?.[id], names),
      after: valueOf(id, after.fields?.[id], names),
    };
  }
}

function isEmpty(value: unknown): boolean {
  return (
    value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)
  );
}

function valueOf(
  id: string,
  value: string | number | boolean | null | undefined,
  names: DisplayNames,
): HistoryValue {
  if (names.fields.get(id)?.type !== "teammate" || typeof value !== "number") return value ?? null;
  return names.teammates.get(value) ?? "a teammate who has left";
}
