import type { Generated } from "kysely";
import type { DateFormat } from "../settings/dates.ts";
import type { FieldType } from "../settings/field-types.ts";
import type { Json, UnreadBigint, NullableJson } from "../db/tables.ts";

export type Origin = "dynamics" | "api" | "csv" | "manual";
export type StopReason = "deleted" | "deactivated" | "left-view" | "merged";
export type ChangeAction = "create" | "link" | "update" | "resume" | "stop" | "merge";

/** Values of an account by custom field id; an empty value has no key. */
export type StoredFields = Record<string, string | number | boolean>;

/** The values that a change alters, old or new; a field that was not altered has no key. */
export interface ChangedAccountValues {
  name?: string;
  description?: string | null;
  domains?: string[];
  fields?: Record<string, string | number | boolean | null>;
  externalId?: string | null;
}

/** Who edited: a teammate, a program by the API, or somebody on the command line. */
export type EditorKind = "teammate" | "api" | "command-line";
export type EditAction = "create" | "edit" | "delete" | "unlink";

declare module "../db/tables.ts" {
  interface Tables {
    custom_fields: {
      id: Generated<number>;
      name: string;
      type: FieldType;
      description: Generated<string>;
      date_format: Generated<DateFormat>;
    };
    accounts: {
      id: Generated<number>;
      name: string;
      name_key: string;
      description: string | null;
      external_id: string | null;
      external_origin: Origin | null;
      origin: Origin;
      fields: Json<StoredFields>;
      version: Generated<number>;
      created_at: Date;
      updated_at: Date;
    };
    account_domains: { domain: string; account_id: number };
    account_links: {
      organization_id: string;
      record_id: string;
      account_id: number;
      matched_by: "create" | "domain" | "name" | "merged";
      stop_reason: StopReason | null;
      /** The account that the record was merged into; null unless it stopped for that. */
      merged_into: number | null;
      record_version: number | null;
      fingerprint: UnreadBigint;
    };
    excluded_records: { organization_id: string; record_id: string; name: string | null };
    domain_settings: { own: string[]; common_added: string[]; common_removed: string[] };
    account_changes: {
      run_id: number;
      seq: number;
      action: ChangeAction;
      rule: string;
      account_id: number | null;
      account_version: number | null;
      record_id: string;
      name: string;
      name_key: string;
      description: string | null;
      fields: Json<StoredFields> | null;
      domains: string[] | null;
      before: NullableJson<ChangedAccountValues>;
      /** Of a merge: the record that the record was merged into. */
      winner_id: string | null;
      /** Of a merge: the winner's account; null if the account becomes the winner's. */
      merged_into: number | null;
      /** Of a link: the record that the account was linked to before. */
      previous_record_id: string | null;
      /** Of a link: why the account was open to another record. */
      previous_reason: StopReason | null;
      record_version: number | null;
      fingerprint: UnreadBigint;
      outcome: "changed" | "planned-again" | null;
    };
    account_edits: {
      id: Generated<number>;
      account_id: number;
      at: Date;
      editor_kind: EditorKind;
      teammate_id: number | null;
      editor_name: string | null;
      action: EditAction;
      before: Json<ChangedAccountValues>;
      after: Json<ChangedAccountValues>;
    };
    store_revision: { only_row: Generated<boolean>; revision: number };
  }
}
