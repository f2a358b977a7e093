// The tables of the sync: runs, their working tables, issues and blocked records.
import type { ColumnType, Generated } from "kysely";
import type { ChangeAction, Origin, StopReason, StoredFields } from "../accounts/tables.ts";
import type { ApprovalReason, HaltReason } from "../settings/run-explanations.ts";
import type { Json, UnreadBigint, NullableJson } from "../db/tables.ts";

export type RunStatus =
  | "queued"
  | "reading"
  | "planning"
  | "planned"
  | "applying"
  | "done"
  | "failed"
  | "discarded"
  | "interrupted";

/** An error as it is stored with a run. */
export type StoredError = { readonly kind: string; readonly sentence: string };

/**
 * "changes" reads only what changed, "plan" stops when the plan is stored, "retry" reads only the
 * records of some issues.
 */
export type RunMode = "sync" | "changes" | "plan" | "retry";

/** Who started a run. */
export type RunTrigger = "person" | "schedule" | "command-line";

/** Counts of distinct records: `read` is the sum of all others but `stopped` and `merged`. */
export type RunCounts = {
  read: number;
  created: number;
  linked: number;
  updated: number;
  unchanged: number;
  skipped: number;
  failed: number;
  stopped: number;
  merged: number;
};

/** Changes by action; "take-over" are the links that take over another record's account. */
export type ActionCounts = Partial<Record<ChangeAction | "take-over", number>>;

/** The progress of a run. `rate` is in accounts a second, recently; null is unknown. */
export type RunProgress = {
  stage: "connect" | "read" | "plan" | "apply" | "finish";
  done: number;
  total: number | null;
  rate: number | null;
  secondsLeft: number | null;
};

/** The counts of a plan under other options. */
export type WhatIf = { created: number; linked: number; skipped: number };

/** The requests of a run to Dynamics 365; older runs lack `throttled` and `bytes`. */
export type RunUsage = {
  requests: number;
  retries: number;
  throttled: number;
  throttledMs: number;
  bytes: number;
};

declare module "../db/tables.ts" {
  interface Tables {
    runs: {
      id: Generated<number>;
      organization_id: string;
      /** Of the accounts that it makes. */
      origin: Origin;
      mode: RunMode;
      status: RunStatus;
      trigger: RunTrigger;
      started_by: string | null;
      started_by_id: number | null;
      applied_by: string | null;
      applied_by_id: number | null;
      approved_at: Date | null;
      cancelled_by: string | null;
      progress: NullableJson<RunProgress>;
      issues: NullableJson<Record<string, number>>;
      actions: NullableJson<ActionCounts>;
      what_if: ColumnType<Record<string, WhatIf>, string | undefined, string>;
      settings: Json<unknown>;
      settings_hash: string;
      settled_revision: number | null;
      store_unchanged: Generated<boolean>;
      no_changes: Generated<boolean>;
      no_concurrent_edits: Generated<boolean>;
      planned_revision: number | null;
      planned_after: number | null;
      approval_reason: ApprovalReason | null;
      halt_reason: HaltReason | null;
      checkpoint: Generated<number>;
      fence: number;
      counts: Json<Partial<RunCounts>>;
      usage: Json<Partial<RunUsage>>;
      error: NullableJson<StoredError>;
      started_at: Date;
      planned_at: Date | null;
      finished_at: Date | null;
      notified_state: string | null;
      attempts: Generated<number>;
      retry_at: Date | null;
    };
    run_leases: {
      organization_id: string;
      fence: number;
      holder: string | null;
      backend_pid: number | null;
      backend_start: Date | null;
      session_name: string | null;
      heartbeat_at: Date | null;
    };
    retried_records: { run_id: number; record_id: string };
    run_lookups: {
      run_id: number;
      record_id: string;
      reason: StopReason;
      /** The record that it was merged into, and why that was not read. */
      winner_id: string | null;
      winner_reason: StopReason | null;
      /** Of the link when the record was looked up. */
      previous_reason: StopReason | null;
      /** It was only looked up to know whether its account is open. */
      keeps_reason: Generated<boolean>;
      /** The link may have to change. */
      is_changed: Generated<boolean>;
      /** Its account becomes the winner's. */
      is_transferred: Generated<boolean>;
      merged_into: number | null;
    };
    run_decisions: {
      run_id: number;
      record_id: string;
      action: string;
      rule: string;
      account_id: number | null;
      domains: string[] | null;
    };
    run_issues: {
      run_id: number;
      record_id: string | null;
      kind: string;
      name: string | null;
      field: string | null;
      value: string | null;
      other_account_id: number | null;
    };
    sync_issues: {
      id: Generated<number>;
      organization_id: string;
      kind: string;
      record_id: string | null;
      name: string | null;
      field: string | null;
      value: string | null;
      other_account_id: number | null;
      first_run: number;
      closed_run: number | null;
    };
    blocked_records: {
      organization_id: string;
      record_id: string;
      /** The issue kind that skips the record, or "domain-taken" if it is synced without a domain. */
      kind: string;
      created_on: Date;
      record_version: number;
      fingerprint: UnreadBigint;
      name: string;
      name_key: string;
      description: string | null;
      fields: Json<StoredFields>;
      domains: string[];
      issues: NullableJson<unknown>;
    };
  }
}
