// The accounts of the reference model as `accounts export` shows them.
import { REMOVED_TEAMMATE, type FieldValue, type ModelStore } from "./model-store.ts";

/** One line of `accounts export`. */
export interface ExportedAccount {
  name: string;
  externalId: string | null;
  origin: string;
  domains: string[];
  description: string | null;
  fields: Record<string, FieldValue>;
}

/** Sorts after all text. */
const SORTS_LAST = "\uffff";

/** Sorted by name, externalId (none first), domains and description (none last), by code unit. */
export function exportedAccounts(store: ModelStore): ExportedAccount[] {
  const lines = [...store.accounts.values()].map((account) => ({
    name: account.name ?? "",
    externalId: account.externalId,
    origin: account.origin,
    domains: [...account.domains].toSorted(),
    description: account.description,
    fields: Object.fromEntries(
      Object.entries(account.fields)
        .filter(([, value]) => value !== REMOVED_TEAMMATE)
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ),
  }));
  const key = (line: ExportedAccount) =>
    [
      line.name,
      line.externalId ?? "",
      line.domains.join(" ") || SORTS_LAST,
      line.description ?? SORTS_LAST,
    ].join("\0");
  return lines.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}
