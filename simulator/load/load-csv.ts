// Loads accounts from CSV files unchanged: no cell is trimmed, truncated or dropped.
import type { Value } from "../fetchxml/query-store.ts";
import type { Org } from "../org/org.ts";
import { accountId, createdOn } from "./account-row.ts";
import { columnReaders, type CsvOptions } from "./csv-columns.ts";
import { readCsvText } from "./csv-text.ts";
import { ownersOf } from "./people.ts";
import { Random } from "./random.ts";

export interface LoadedCsv {
  /** Ids of the accounts in the order of the file, which is the order of createdon. */
  readonly ids: readonly string[];
  /** Logical name of the column of each header; of two equal headers, that of the first. */
  readonly columns: Readonly<Record<string, string>>;
}

/**
 * Adds one account per row after the existing ones.
 * @param source a path, or the CSV itself if it has a line break
 */
export function loadCsv(org: Org, source: string, options: CsvOptions = {}): LoadedCsv {
  const { headers, rows } = readCsvText(source);
  const readers = columnReaders(org, headers, rows, options);
  const seed = `${options.seed ?? org.seed} csv`;
  const owners = ownersOf(org);
  let index = org.accounts.size;
  const ids = rows.map((cells) => {
    while (org.accounts.get(accountId(seed, index))) index += 1;
    const owner = new Random(`${seed} owner`, index).pick(owners);
    const values: Record<string, Value> = { accountid: accountId(seed, index), createdon: createdOn(index) };
    readers.forEach((reader, at) => {
      const cell = cells[at];
      if (cell !== undefined && cell !== "") values[reader.column] = reader.read(cell);
    });
    // An owner from the file has no table.
    if (values["ownerid"] === undefined)
      Object.assign(values, { ownerid: owner.id, "ownerid.table": owner.table });
    index += 1;
    return org.createAccount(values);
  });
  const columns = readers.map((reader, at) => [headers[at] ?? "", reader.column] as const);
  return { ids, columns: Object.fromEntries(columns.toReversed()) };
}
