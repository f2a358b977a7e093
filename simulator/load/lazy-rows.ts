// Defines rows that hold only their id, version and index; all other values are generated from the
// index on read. A value that is set stays with the row.
import { accountAt, accountId, type AccountRow, type GeneratorSettings } from "./account-row.ts";
import type { Value } from "../fetchxml/query-store.ts";

// A page is filtered and then written. With room for a page and the rows its filter drops, each row
// is generated once.
const CACHE_SIZE = 8192;

/** @param defaults the prototype of the table's rows */
export function lazyRows(
  settings: GeneratorSettings,
  defaults: object,
): (index: number, version: number) => AccountRow {
  const cache: { readonly index: number; readonly row: AccountRow }[] = [];
  const rowAt = (index: number): AccountRow => {
    const slot = cache[index % CACHE_SIZE];
    if (slot?.index === index) return slot.row;
    const row = accountAt(settings, index);
    cache[index % CACHE_SIZE] = { index, row };
    return row;
  };

  class LazyRow {
    [name: string]: Value;
    readonly #index: number;

    constructor(index: number, version: number) {
      this["accountid"] = accountId(settings.seed, index);
      this["versionnumber"] = version;
      this.#index = index;
    }

    static read(row: LazyRow, name: string): Value {
      return rowAt(row.#index)[name] ?? null;
    }
  }

  for (const name of Object.keys(accountAt(settings, 0))) {
    if (name === "accountid" || name === "versionnumber") continue;
    Object.defineProperty(LazyRow.prototype, name, {
      get(this: LazyRow): Value {
        return LazyRow.read(this, name);
      },
      set(this: LazyRow, value: Value) {
        Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
      },
    });
  }
  Object.setPrototypeOf(LazyRow.prototype, defaults);
  return (index, version) => new LazyRow(index, version);
}
