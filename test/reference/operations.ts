// What a story does besides its runs, with nothing left to choose, so that the model and the real
// sync can do the same one after the other.
import type { FieldValue, StopReason } from "./model-store.ts";
import type { SourceRecord } from "./organisation.ts";

export interface NewAccount {
  readonly name: string;
  readonly domains: readonly string[];
  readonly description: string | null;
  /** By field name. */
  readonly fields: Readonly<Record<string, FieldValue>>;
  readonly origin: "api" | "csv" | "manual";
  readonly externalId: string | null;
}

/** Accounts are named by their rank: 0 is the oldest. */
export type Operation =
  | { readonly kind: "create record" | "update record"; readonly record: SourceRecord }
  | { readonly kind: "delete record"; readonly id: string }
  | { readonly kind: "create account"; readonly account: NewAccount }
  | {
      readonly kind: "create account of another organisation";
      readonly account: Omit<NewAccount, "externalId">;
      readonly recordId: string;
      readonly stopReason: StopReason | null;
    }
  | {
      readonly kind: "edit account";
      readonly rank: number;
      readonly patch: Partial<Pick<NewAccount, "name" | "description" | "domains" | "fields">>;
    }
  | { readonly kind: "delete account"; readonly rank: number; readonly exclude: boolean }
  | { readonly kind: "unlink account"; readonly rank: number }
  | { readonly kind: "add teammate" | "remove teammate"; readonly email: string };
