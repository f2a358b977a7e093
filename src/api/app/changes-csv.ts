// The changes of a run as CSV, one line for each field that changes. It reads page by page, so that
// memory does not grow with the plan. Formulas are guarded, because spreadsheets would run them.
import { spreadsheetCsv, type CsvCells, type CsvValue } from "../../csv/write-csv.ts";
import type { Database } from "../../db/pool.ts";
import { exportedDate } from "../../settings/dates.ts";
import { wallClock, type WallClock } from "../../settings/time-zone.ts";
import { changePage, type ChangeFilter, type ListedChange } from "../../sync/report/change-pages.ts";

const PAGE_SIZE = 1_000;
const HEADER = [
  "Action",
  "Account",
  "Why",
  "Field",
  "Before",
  "After",
  "Left out",
  "Account number",
  "Dynamics 365 id",
];

type CsvFilter = Pick<ChangeFilter, "action" | "q">;

export function changesCsv(
  database: Database,
  runId: number,
  filter: CsvFilter,
  timeZone: string,
): AsyncGenerator<string> {
  return spreadsheetCsv(rowBatches(database, runId, filter, wallClock(timeZone)));
}

async function* rowBatches(
  database: Database,
  runId: number,
  filter: CsvFilter,
  clock: WallClock,
): AsyncGenerator<readonly CsvCells[]> {
  yield [HEADER];
  let page = await changePage(database, runId, { ...filter, limit: PAGE_SIZE });
  for (;;) {
    yield page.changes.flatMap((change) => changeLines(change, clock));
    if (page.next === undefined) return;
    page = await changePage(database, runId, { ...filter, after: page.next, limit: PAGE_SIZE });
  }
}

function changeLines(change: ListedChange, clock: WallClock): CsvCells[] {
  const { action, name, explanation, outcome, accountId, recordId, values } = change;
  const leftOut = outcome === "changed" ? "changed since the plan" : null;
  const line = (field: CsvValue, before: CsvValue, after: CsvValue) => [
    action,
    name,
    explanation,
    field,
    before,
    after,
    leftOut,
    accountId,
    recordId,
  ];
  if (values.length === 0) return [line(null, null, null)];
  return values.map(({ field, before, after, dateFormat }) => {
    const cell = (value: unknown) =>
      dateFormat !== undefined && typeof value === "string"
        ? exportedDate(value, dateFormat, clock)
        : cellOf(value);
    return line(field, cell(before), cell(after));
  });
}

/** Domains are a list and share a cell. */
function cellOf(value: unknown): CsvValue {
  if (Array.isArray(value)) return value.join(" ");
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return null;
}
