// What has changed in tables and in API answers since version 0.1.0: what was recorded of it is
// translated before it is compared. Whoever renames a column or a key adds the name here.
import type { Answers } from "./answers.ts";

/** Rows by table. Each value is JSON text by column, so that no digit of a bigint is lost. */
export type Rows = Readonly<Record<string, readonly Row[]>>;
type Row = Readonly<Record<string, string>>;

const RENAMED_TABLES: Readonly<Record<string, string>> = {
  store_edits: "store_revision",
  waiting_records: "blocked_records",
};

/** The new name of a column, by "table.column". All keys here are names of version 0.1.0. */
const RENAMED_COLUMNS: Readonly<Record<string, string>> = {
  "account_changes.dynamics_id": "record_id",
  "account_links.dynamics_id": "record_id",
  "account_links.left_because": "stop_reason",
  "excluded_records.dynamics_id": "record_id",
  "mails.next_try_at": "next_attempt_at",
  "mails.tries": "attempts",
  "retried_records.dynamics_id": "record_id",
  "run_decisions.dynamics_id": "record_id",
  "run_drafts.dynamics_id": "record_id",
  "run_drafts.try": "attempt",
  "run_issues.dynamics_id": "record_id",
  "run_versions.dynamics_id": "record_id",
  "runs.alone": "no_concurrent_edits",
  "runs.calm": "no_changes",
  "runs.planned_edits": "planned_revision",
  "runs.settled": "store_unchanged",
  "runs.settled_edits": "settled_revision",
  "runs.told": "notified_state",
  "runs.tries": "attempts",
  "runs.try_after": "retry_at",
  "store_edits.edits": "revision",
  "sync_issues.dynamics_id": "record_id",
  "waiting_records.dynamics_id": "record_id",
};

/** What took the place of a column, as "table.column", made from its value and its row. */
const REPLACED_COLUMNS: Readonly<Record<string, (value: string, row: Row) => Row>> = {
  "runs.waits_because": (reason, { status }) =>
    status === '"applying"'
      ? { approval_reason: "null", halt_reason: reason }
      : { approval_reason: reason, halt_reason: "null" },
  "runs.counts": (counts) => ({ counts: renameKeys(counts, { left: "stopped" }) }),
  "runs.actions": (actions) => ({ actions: renameKeys(actions, { leave: "stop", return: "resume" }) }),
};

/** The new value by the old one, both as JSON text, by "table.column". */
const RENAMED_VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "account_changes.action": { '"leave"': '"stop"', '"return"': '"resume"' },
  "run_decisions.action": { '"leave"': '"stop"', '"refuse"': '"skip"' },
  "runs.applied_by": { '"the schedule"': "null" },
};

/** The new name of a key in answers. */
const RENAMED_KEYS: Readonly<Record<string, string>> = {
  dynamicsId: "recordId",
  leave: "stop",
  left: "stopped",
  leftBecause: "stopReason",
  remedy: "fix",
  return: "resume",
  waiting: "pendingPlan",
};

/** The new value by the old one, by the old name of its key. */
const RENAMED_WORDS: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  action: { leave: "stop", return: "resume" },
  appliedBy: { "the schedule": null },
};

/** Keys that version 0.1.0 did not answer. */
const NEW_KEYS: ReadonlySet<string> = new Set<string>([
  "dateFormat",
  "trigger",
  "merged",
  "labels",
  "labelLanguageChange",
  "people",
  "takeOvers",
  "mergedInto",
  "previousReason",
  "blockedByLeftView",
  "otherAccountState",
  "canUnlinkOther",
  "issuesBySeverity",
  "openNotes",
  "severity",
]);

/**
 * Wording may improve, cursors are opaque, and the number of requests is each version's own. Open
 * issues had notes among them; each is compared by itself.
 */
const NOT_COMPARED = new Set([
  "title",
  "explanation",
  "howToResolve",
  "effect",
  "label",
  "openIssues",
  "sentence",
  "because",
  "why",
  "next",
  "requests",
  "throttled",
  "throttledMs",
]);

export function translateRows(rows: Rows): Rows {
  return Object.fromEntries(
    Object.entries(rows).map(([name, all]) => {
      // A run's partition has the table's name, followed by the run's id.
      const [, table = name, run = ""] = /^(.+?)(_\d+)?$/u.exec(name) ?? [];
      return [(RENAMED_TABLES[table] ?? table) + run, all.map((row) => translateRow(table, row))];
    }),
  );
}

function translateRow(table: string, row: Row): Row {
  const columns = Object.entries(row).flatMap(([column, value]) => {
    const name = `${table}.${column}`;
    const replaced = REPLACED_COLUMNS[name]?.(value, row);
    if (replaced) return Object.entries(replaced);
    return [[RENAMED_COLUMNS[name] ?? column, RENAMED_VALUES[name]?.[value] ?? value] as const];
  });
  return Object.fromEntries(columns);
}

function renameKeys(json: string, names: Readonly<Record<string, string>>): string {
  return JSON.stringify(JSON.parse(json), (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [names[key] ?? key, inner]))
      : value,
  );
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Any object inside an answer. A change of shape, as when one key became two, belongs here. */
function translateObject(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) => {
      if (key === "waitsBecause") return waitReasons(value);
      const word = typeof value === "string" ? RENAMED_WORDS[key]?.[value] : undefined;
      return [[RENAMED_KEYS[key] ?? key, word === undefined ? value : word]];
    }),
  );
}

/** One key said why a plan needs approval, and why an apply stopped. */
function waitReasons(reason: unknown): [key: string, reason: unknown][] {
  const isApproval = reason === "empty-selection" || String(reason).startsWith("brake-");
  return [
    ["approvalReason", isApproval ? reason : null],
    ["haltReason", isApproval ? null : reason],
  ];
}

/** The part of recorded answers on which both versions have to agree, translated. */
export function expectedAnswers(recorded: Answers): unknown {
  return mapObjects(recorded, (object) => withoutIgnored(translateObject(object)));
}

/** The same part of this version's answers. */
export function comparableAnswers(answers: Answers): unknown {
  return mapObjects(answers, withoutIgnored);
}

function withoutIgnored(object: JsonObject): JsonObject {
  const kept = Object.entries(object).filter(([key]) => !NOT_COMPARED.has(key) && !NEW_KEYS.has(key));
  return Object.fromEntries(kept);
}

function mapObjects(answers: Answers, map: (object: JsonObject) => JsonObject): unknown {
  return JSON.parse(JSON.stringify(answers), (_, value: unknown) => {
    if (typeof value === "string") return value.replace(DATE_AS_MIDNIGHT, "$1");
    if (Array.isArray(value)) return inOrderOfKind(value);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? map({ ...value }) : value;
  });
}

/** Groups of issues come by severity now, and came by kind. */
function inOrderOfKind(list: readonly { readonly kind?: string; readonly accounts?: number }[]) {
  const areGroups = list.every((one) => typeof one === "object" && one !== null && "accounts" in one);
  return areGroups ? list.toSorted((a, b) => (String(a.kind) < String(b.kind) ? -1 : 1)) : list;
}

/** Version 0.1.0 stored a date as midnight in UTC; what it had planned is still shown so. */
const DATE_AS_MIDNIGHT = /^(\d{4}-\d\d-\d\d)T00:00:00Z$/;
