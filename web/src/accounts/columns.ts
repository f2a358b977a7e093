// The columns of the list: what there is to choose from, and what somebody chose, remembered in their browser.
import { useLocalStorage } from "@mantine/hooks";
import type { AccountRow, CustomFieldView } from "../../../src/api/contract/accounts.ts";

export type Column = {
  /** "domains", "sync", "updated" or a custom field's id; name is always there. */
  readonly id: string;
  readonly label: string;
  /** As the server calls it; absent where it cannot be sorted by. */
  readonly sort?: string;
  /** Never narrower, px. */
  readonly min: number;
  /** Its part of the room that is left. */
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

/** The columns of a CSS grid, and how wide it is at least, px. */
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
    min: 104,
    weight: field.type === "number" ? 0.7 : 1,
    field,
  }));
  return [DOMAINS_COLUMN, ...custom, SYNC_COLUMN, UPDATED_COLUMN];
}

const DEFAULT_FIELD_COLUMNS = 3;

/** The chosen columns in the order of all, and how to choose others. */
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
