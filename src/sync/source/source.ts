// What a run needs of where accounts come from. Everything after drafting knows this port alone; Dynamics 365 is the one
// source behind it (`dynamics.ts`).
import type { Origin, StopReason } from "../../accounts/tables.ts";
import type { Column, RawRow } from "../../dataverse/model.ts";
import type { Selection } from "../../settings/sync-settings.ts";
import type { RunUsage } from "../tables.ts";

export type Source = {
  /** What its accounts carry as their origin. */
  readonly origin: Origin;
  readonly capabilities: {
    /** It can say what became of a record that a read did not bring. Otherwise no account stops syncing because of it. */
    readonly missingRecords: boolean;
    /** It lists versions, so that a run can read changed records alone. Otherwise it reads all. */
    readonly versions: boolean;
  };
  /** Which organisation it is; links of accounts hold for one. */
  identity(signal?: AbortSignal): Promise<{ readonly organizationId: string }>;
  /** What can be mapped. */
  columns(signal: AbortSignal): Promise<readonly Column[]>;
  /** People that records name as owners. */
  users(signal: AbortSignal): Promise<readonly SourceUser[]>;
  /** @throws AttentionError when there is no such selection any more */
  select(selection: Selection, signal: AbortSignal): Promise<SelectedRecords>;
  /** Whether a read failed because a column is gone since the columns were listed. */
  isColumnGone(error: unknown): boolean;
  /** Counted since it was opened. */
  readonly usage: Readonly<RunUsage>;
};

export type SourceUser = {
  readonly id: string;
  readonly fullName: string;
  readonly email: string | null;
  readonly disabled: boolean;
};

export type RecordVersion = { readonly id: string; readonly version: string | number };

/** Why records were not read, and rows that a read should have brought. */
export type MissingRecords = {
  readonly stopped: ReadonlyMap<string, StopReason>;
  /** Rows that are there and selected after all: the paging missed them, so they are read now. */
  readonly missed: readonly RawRow[];
};

/** The records of a selection. `columns` are logical names; pages come in any order, and joins may repeat a record. */
export type SelectedRecords = {
  read(columns: readonly string[], signal: AbortSignal): AsyncIterable<readonly RawRow[]>;
  /** Ids and versions of all. */
  versions(signal: AbortSignal): AsyncIterable<readonly RecordVersion[]>;
  /** Those of these records that were selected a moment ago and still are active. */
  fetch(
    ids: readonly string[],
    columns: readonly string[],
    signal: AbortSignal,
  ): AsyncIterable<readonly RawRow[]>;
  /** Which of these records are selected. */
  among(ids: readonly string[], signal: AbortSignal): Promise<readonly string[]>;
  /** Looks up what became of records that a complete read did not bring; it is never inferred. */
  lookUpMissing(
    ids: readonly string[],
    columns: readonly string[],
    signal: AbortSignal,
  ): Promise<MissingRecords>;
};
