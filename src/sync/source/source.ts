// The port through which a run reads accounts. Nothing after drafting knows which source it is;
// `dynamics.ts` implements it.
//
// Where else a source is known: `Origin` (accounts/tables.ts and store.ts, a check and an index in
// the database, api/contract/accounts.ts, web/src/account/labels.ts); ids, which are UUIDs in the
// database; rows and columns, whose types are those of dataverse/model.ts (read/, draft/ and
// rules/compatibility.ts); connections/, api/app/sign-in.ts and setup.ts, cli/resources.ts and
// web/src/sync (the sign-in and the setup; `sign-in/open-client.ts` makes the source);
// jobs/requests.ts (the origin of its runs); accounts/details.ts (`recordUrl`);
// cli/error-message.ts (exit codes of its errors). Texts say Dynamics 365.
import type { Origin, StopReason } from "../../accounts/tables.ts";
import type { Column, RawRow } from "../../dataverse/model.ts";
import type { Selection } from "../../settings/sync-settings.ts";
import type { RunUsage } from "../tables.ts";

export type Source = {
  /** The origin of the accounts that it creates. */
  readonly origin: Origin;
  readonly capabilities: {
    /** It can look up why a record was not read. Otherwise no account stops syncing for that. */
    readonly missingRecords: boolean;
    /** It can list versions, so that a run reads only changed records. Otherwise it reads all. */
    readonly versions: boolean;
  };
  /** The organisation that it reads; a link belongs to one organisation. */
  identity(signal?: AbortSignal): Promise<{ readonly organizationId: string }>;
  /** The columns that can be mapped, with labels in the first of these languages that has one. */
  columns(languages: readonly number[], signal: AbortSignal): Promise<readonly Column[]>;
  /** The language (LCID) of the organisation; null if there is none or it may not be read. */
  baseLanguage(signal: AbortSignal): Promise<number | null>;
  /** The language of whoever is signed in; null if it is the organisation's, or is not known. */
  userLanguage(signal: AbortSignal): Promise<number | null>;
  /** The users that own records. */
  users(signal: AbortSignal): Promise<readonly SourceUser[]>;
  /** @throws AttentionError when the selection no longer exists */
  select(selection: Selection, signal: AbortSignal): Promise<SelectedRecords>;
  /** Whether a read failed because a column was deleted since the columns were listed. */
  isColumnGone(error: unknown): boolean;
  /** Counters since it was opened. */
  readonly usage: Readonly<RunUsage>;
};

export type SourceUser = {
  readonly id: string;
  readonly fullName: string;
  readonly email: string | null;
  /** As sent: an address (UPN), `CONTOSO\\jo`, or the GUID of an application. */
  readonly signInName: string | null;
  readonly disabled: boolean;
};

export type RecordVersion = { readonly id: string; readonly version: string | number };

/** Why a record was not read. */
export type MissingRecord =
  | { readonly reason: Exclude<StopReason, "merged"> }
  | {
      readonly reason: "merged";
      /** The record that it was merged into: the first one that was read or is not merged itself. */
      readonly winner: string;
      /** Why the winner was not read; null if it was. */
      readonly winnerReason: Exclude<StopReason, "merged" | "deleted"> | null;
    };

export type MissingRecords = {
  /** By id; without those that are among the missed rows. */
  readonly records: ReadonlyMap<string, MissingRecord>;
  /** Rows that belong to the selection after all: the paging missed them, so they are staged now. */
  readonly missed: readonly RawRow[];
};

export type MissingRequest = {
  readonly columns: readonly string[];
  /** @returns those of the records that this run has read */
  readonly whichWereRead: (ids: readonly string[]) => Promise<readonly string[]>;
  readonly signal: AbortSignal;
};

/**
 * The records of a selection. `columns` are logical names; pages come in any order, and joins may
 * repeat a record.
 */
export type SelectedRecords = {
  read(columns: readonly string[], signal: AbortSignal): AsyncIterable<readonly RawRow[]>;
  /** Lists the ids and versions of all records. */
  versions(signal: AbortSignal): AsyncIterable<readonly RecordVersion[]>;
  /** Reads records that were found selected, without those that were deactivated since. */
  fetch(
    ids: readonly string[],
    columns: readonly string[],
    signal: AbortSignal,
  ): AsyncIterable<readonly RawRow[]>;
  /** @returns those of the records that are selected */
  filterSelected(ids: readonly string[], signal: AbortSignal): Promise<readonly string[]>;
  /** Looks up why a read of everything did not return these records; it is never inferred. */
  lookUpMissing(ids: readonly string[], request: MissingRequest): Promise<MissingRecords>;
};
