// The steps of a story before they are applied: their numbers choose among whatever records and
// accounts there are by then (`interpreter.ts`).
import type { Conflict } from "./conflicts.ts";
import type { StopReason } from "./model-store.ts";
import type { RecordValues, Settings } from "./organisation.ts";

export type Step =
  | { readonly kind: "create record"; readonly record: NewRecord }
  | { readonly kind: "update record"; readonly record: number; readonly values: Partial<RecordValues> }
  | {
      readonly kind: "swap";
      readonly what: "domains" | "name";
      readonly record: number;
      readonly other: number;
    }
  | {
      readonly kind: "remove record";
      readonly record: number;
      readonly how: "delete" | "deactivate" | "deactivate in the view";
    }
  | { readonly kind: "merge records"; readonly record: number; readonly master: number }
  | { readonly kind: "move across the view"; readonly record: number }
  | { readonly kind: "restore record"; readonly record: number; readonly values: Partial<RecordValues> }
  | {
      readonly kind: "transfer values";
      readonly record: number;
      readonly newRecord: NewRecord;
      readonly what: "domains" | "name" | "both";
      readonly how: "delete" | "deactivate";
    }
  | { readonly kind: "free names and domains"; readonly offset: number }
  | {
      readonly kind: "conflict";
      readonly conflict: Conflict;
      readonly index: number;
      readonly newRecord: NewRecord;
    }
  | { readonly kind: "create account"; readonly account: AccountSpec }
  | { readonly kind: "edit account"; readonly account: number; readonly patch: AccountEdit }
  | { readonly kind: "delete account"; readonly account: number; readonly exclude: boolean }
  | { readonly kind: "unlink account"; readonly account: number }
  | { readonly kind: "toggle teammate"; readonly user: number }
  | RunStep;

export type RunStep =
  | { readonly kind: "run"; readonly settings: Partial<Settings> }
  /** Retries each nth of the records that have issues. */
  | { readonly kind: "retry"; readonly nth: number; readonly settings: Partial<Settings> };

export interface NewRecord {
  readonly createdon: number;
  readonly inView: boolean;
  readonly values: RecordValues;
}

export interface AccountEdit {
  readonly name?: string;
  readonly domains?: readonly string[];
  readonly description?: string | null;
  readonly employees?: number;
  readonly notes?: string;
}

export interface AccountSpec {
  readonly name: string;
  readonly domains: readonly string[];
  readonly from: "api" | "csv" | "manual" | "another organisation";
  /** A number stands for the id of that record. */
  readonly externalId: null | "another" | number;
  /** Why the link of the other organisation stopped. */
  readonly stopReason: StopReason | null;
  readonly description: string | null;
}

export interface Story {
  readonly settings: Settings;
  /** Rows in a page that the source answers. */
  readonly pageSize: number;
  /** Whether the pages arrive last one first, and their rows too. */
  readonly isReversed: boolean;
  readonly steps: readonly Step[];
}
