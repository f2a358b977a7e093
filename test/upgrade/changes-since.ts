// What has changed in tables and in API answers since version 0.1.0: what was recorded of it is
// translated before it is compared. Whoever renames a column or a key adds the name here.
import type { Answers } from "./answers.ts";

/** Rows by table. Each value is JSON text by column, so that no digit of a bigint is lost. */
export type Rows = Readonly<Record<string, readonly Row[]>>;
type Row = Readonly<Record<string, string>>;

const RENAMED_TABLES: Readonly<Record<string, string>> = {};

/** The new name of a column, by "table.column". All keys here are names of version 0.1.0. */
const RENAMED_COLUMNS: Readonly<Record<string, string>> = {};

/** What took the place of a column, as "table.column", made from its value and its row. */
const REPLACED_COLUMNS: Readonly<Record<string, (value: string, row: Row) => Row>> = {
  "runs.waits_because": (reason, { status }) =>
    status === '"applying"'
      ? { approval_reason: "null", halt_reason: reason }
      : { approval_reason: reason, halt_reason: "null" },
};

/** The new value by the old one, both as JSON text, by "table.column". */
const RENAMED_VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "runs.applied_by": { '"the schedule"': "null" },
};

/** The new name of a key in answers. */
const RENAMED_KEYS: Readonly<Record<string, string>> = {};

/** The new value by the old one, by the old name of its key. */
const RENAMED_WORDS: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  appliedBy: { "the schedule": null },
};

/** Keys that version 0.1.0 did not answer. */
const NEW_KEYS: ReadonlySet<string> = new Set<string>();

/** Wording may improve, cursors are opaque, and the number of requests is each version's own. */
const NOT_COMPARED = new Set([
  "title",
  "explanation",
  "howToResolve",
  "effect",
  "label",
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

type JsonObject = Readonly<Record<string, unknown>>;

/** Any object inside an answer. A change of shape, as when one key became two, belongs here. */
function translateObject(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => {
      const word = typeof value === "string" ? RENAMED_WORDS[key]?.[value] : undefined;
      return [RENAMED_KEYS[key] ?? key, word === undefined ? value : word];
    }),
  );
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
  return JSON.parse(JSON.stringify(answers), (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value) ? map({ ...value }) : value,
  );
}
