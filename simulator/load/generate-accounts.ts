// Generates N accounts from a seed: whole rows for small numbers, rows generated on read for large
// ones.
import type { Org } from "../org/org.ts";
import { accountAt, type AccountRow, type GeneratorSettings } from "./account-row.ts";
import { lazyRows } from "./lazy-rows.ts";
import { ownersOf } from "./people.ts";

/**
 * Adds `count` accounts after the existing ones.
 * @param options.lazy generates rows from their index on every read: 2,000,000 accounts then take
 * 290 MB instead of 2.7 GB, and reading one takes 20 µs. Default: from 100,000 on
 */
export function generateAccounts(org: Org, options: { count: number; seed?: string; lazy?: boolean }): void {
  const settings: GeneratorSettings = { seed: options.seed ?? org.seed, owners: ownersOf(org) };
  const from = org.accounts.size;
  const defaults: object = Object.getPrototypeOf(org.accounts.newRow()) ?? {};
  const make =
    (options.lazy ?? options.count >= 100_000) ? lazyRows(settings, defaults) : eagerRows(settings, defaults);
  for (let index = from; index < from + options.count; index += 1) {
    org.accounts.insert(make(index, org.nextVersion()));
  }
}

type CreateRow = (index: number, version: number) => AccountRow;

// `org.createAccount` would take five times as long to derive values that are already there.
function eagerRows(settings: GeneratorSettings, defaults: object): CreateRow {
  return (index, version) => {
    const row = accountAt(settings, index);
    row["versionnumber"] = version;
    Object.setPrototypeOf(row, defaults);
    return row;
  };
}
