// The columns of the list. The chosen ones are kept in the browser's local storage.
import { useLocalStorage } from "@mantine/hooks";
import type { AccountRow, CustomFieldView } from "../../../src/api/contract/accounts.ts";

export type Column = {
  /** "domains", "sync", "updated" or a custom field's id. The name is always shown. */
  readonly id: string;
  readonly label: string;
  /** The server's name of the order; absent if the column cannot be sorted by. */
  readonly sort?: string;
  /** Minimum width in pixels. */
  readonly min: number;
  /** Share of the remaining width. */
  readonly weight: number;
  readonly field?: CustomFieldView;
};

export const NAME_COLUMN: Column = { id: "name", label: "Name", sort: "name", min: 190, weight: 2 };
const DOMAINS_COLUMN: Column = { id: "domains", label: "Domains", min: 140, weight: 1.5 };
const SYNC_COLUMN: Column = { id: "sync", label: "Dynamics 365", min: 124, weight: 0.5 };
const UPDATED_COLUMN: Column = {
  id: "updated",
  label: "Changed",
  sort: "updated",
  min: 116,
  weight: 0.5,
};

/** The tracks of a CSS grid, and its minimum width in pixels. */
export function gridTracks(columns: readonly Column[]): { template: string; min: number } {
  return {
    template: columns.map(({ min, weight }) => `minmax(${min}px, ${weight}fr)`).join(" "),
    min: columns.reduce((sum, { min }) => sum + min, 2 * 12),
  };
}

export const SYNC_STATE_LABELS: Record<AccountRow["sync"], string> = {
  synced: "Synced",
  stopped: "No longer synced",
  disconnected: "Disconnected",
  "not-synced": "Not synced",
};

export function availableColumns(fields: readonly CustomFieldView[]): readonly Column[] {
  const custom = fields.map((field) => ({
    id: String(field.id),
    label: field.name,
    sort: String(field.id),
    min: field.dateFormat === "date-and-time" ? 176 : 104,
    weight: field.type === "number" ? 0.7 : 1,
    field,
  }));
  return [DOMAINS_COLUMN, ...custom, SYNC_COLUMN, UPDATED_COLUMN];
}

const DEFAULT_FIELD_COLUMNS = 3;

/** The chosen columns in the order of all, and a function that chooses others. */
export function useChosenColumns(all: readonly Column[]) {
  const [chosen, choose] = useLocalStorage<readonly string[] | null>({
    key: "sluice.accounts.columns",
    defaultValue: null,
    getInitialValueInEffect: false,
  });
  const custom = all.filter(({ field }) => field !== undefined).slice(0, DEFAULT_FIELD_COLUMNS);
  const ids = chosen ?? ["domains", ...custom.map(({ id }) => id), "sync", "updated"];
  return { columns: all.filter(({ id }) => ids.includes(id)), choose };
}
