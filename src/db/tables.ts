// The tables as Kysely sees them; the SQL of `migrations/` is the truth, this follows it.
// bigint columns that stay below 2^53 are numbers; fingerprints are 64 bits wide and never read one by one.
import type { ColumnType, Generated } from "kysely";

type Json<T> = ColumnType<T, string, string>;
type NullableJson<T> = ColumnType<T | null, string | null, string | null>;
type Never64Bit = ColumnType<never, never, null>;

export type Origin = "dynamics" | "api" | "csv" | "manual";
export type FieldType = "text" | "number" | "boolean" | "datetime" | "teammate";
export type TeammateRole = "teammate" | "workspace-admin" | "company-admin";
export type TeammateState = "no-sign-in" | "invited" | "active";
export type LinkKind = "invitation" | "password-reset" | "sign-in";
export type MailState = "waiting" | "sent" | "shown" | "failed";
export type LeftBecause = "deleted" | "deactivated" | "left-view";
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
/** "changes" reads what changed alone; "plan" stops when the plan is stored; "retry" looks at the records of some issues alone. */
export type RunMode = "sync" | "changes" | "plan" | "retry";
export type ChangeAction = "create" | "link" | "update" | "return" | "leave";

/** Counted in distinct records. The first is the sum of the next six, or the run is not done; `left` stands beside. */
export type RunCounts = {
  read: number;
  created: number;
  linked: number;
  updated: number;
  unchanged: number;
  skipped: number;
  failed: number;
  left: number;
};

/** How far a run is. `rate` is accounts a second over the last few; null where nobody knows yet. */
export type RunProgress = {
  stage: "connect" | "read" | "plan" | "apply" | "finish";
  done: number;
  total: number | null;
  rate: number | null;
  secondsLeft: number | null;
};

/** What a plan would come to under other options. */
export type WhatIf = { created: number; linked: number; skipped: number };

/** What a run asked of Dynamics. */
/** As the client of Dynamics 365 counts it; runs of before lack the throttled answers and the bytes. */
export type RunUsage = {
  requests: number;
  retries: number;
  throttled: number;
  throttledMs: number;
  bytes: number;
};

/** Values of an account by custom field id; no key for an empty value. */
export type StoredFields = Record<string, string | number | boolean>;

/** Who edited: a teammate by hand, or a program over the API. */
export type EditorKind = "teammate" | "api";
export type EditAction = "create" | "edit" | "delete";

/** What an admin decides about the sync. */
export type ChosenSettings = {
  selection: { kind: "all" } | { kind: "view"; view: string };
  mapping: {
    name: string;
    description?: string | undefined;
    domains: readonly string[];
    fields: readonly { column: string; field: string; type: FieldType }[];
  };
  options: { allowDuplicateNames: boolean; onDomainTaken: "skip" | "without-domain" };
};

/** What an admin must do before anything is synced again; all texts are for people. */
export type Attention = {
  kind: string;
  title: string;
  sentence: string;
  howToResolve: string;
  /** Where the remedy is: a step of setting up, or the plan that waits. */
  place: "connect" | "accounts" | "fields" | "plan" | "check";
  run: number | null;
};

/** When a plan that nobody asked for waits for somebody; in percent, and in accounts. */
export type BrakeLimits = {
  sharePercent: number;
  accounts: number;
  shareOfFewPercent: number;
  shrunkToPercent: number;
};

export interface Tables {
  teammates: {
    id: Generated<number>;
    email: string;
    name: Generated<string>;
    role: Generated<TeammateRole>;
    state: Generated<TeammateState>;
    last_seen_at: Date | null;
    entra_object_id: string | null;
  };
  teammate_passwords: { teammate_id: number; hash: string };
  sessions: { token_hash: Buffer; teammate_id: number; created_at: Date; seen_at: Date };
  one_time_links: {
    token_hash: Buffer;
    kind: LinkKind;
    teammate_id: number;
    expires_at: Date;
    used_at: Date | null;
  };
  entra_sign_ins: {
    state_hash: Buffer;
    browser_hash: Buffer;
    code_verifier: string;
    nonce: string;
    expires_at: Date;
  };
  attempts: { key: string; started_at: Date; count: number };
  mails: {
    id: Generated<number>;
    recipient: string;
    subject: string;
    body: string | null;
    html: string | null;
    sealed: Generated<boolean>;
    keep_until: Date | null;
    state: MailState;
    tries: Generated<number>;
    next_try_at: Date | null;
    error: string | null;
    created_at: Date;
  };
  connection: {
    only_row: Generated<boolean>;
    generation: Generated<number>;
    origin: string | null;
    region: string | null;
    app_id: string | null;
    organization_id: string | null;
    authority: string | null;
    tenant: string | null;
    sign_in: "delegated" | "app-only" | null;
    from_file: Generated<boolean>;
    signed_in_as: string | null;
    connected_by: string | null;
    connected_at: Date | null;
    client_id: string | null;
    sealed_client_secret: string | null;
    secret_expires_at: Date | null;
    sealed_refresh_token: string | null;
    refresh_claim: string | null;
    refresh_claimed_until: Date | null;
    settings: NullableJson<ChosenSettings>;
    selection_name: string | null;
    view_names: Json<Record<string, string>>;
    paused: Generated<boolean>;
    attention: NullableJson<Attention>;
    full_every_minutes: Generated<number>;
    changes_every_minutes: number | null;
    full_at: string | null;
    time_zone: Generated<string>;
    brake: NullableJson<BrakeLimits>;
    mail_scheduled: Generated<boolean>;
    mail_starter: Generated<boolean>;
    mail_teammates: ColumnType<number[], number[] | undefined, number[]>;
    mail_addresses: ColumnType<string[], string[] | undefined, string[]>;
  };
  dynamics_sign_ins: {
    state_hash: Buffer;
    teammate_id: number;
    address: string;
    authority: string;
    tenant: string;
    redirect_uri: string;
    sealed_verifier: string;
    expires_at: Date;
    used_at: Date | null;
  };
  connection_notices: { teammate_id: number; code: string; sentence: string; until: Date };
  custom_fields: { id: Generated<number>; name: string; type: FieldType; description: Generated<string> };
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
    dynamics_id: string;
    account_id: number;
    matched_by: "create" | "domain" | "name";
    left_because: LeftBecause | null;
    record_version: number | null;
    fingerprint: Never64Bit;
  };
  excluded_records: { organization_id: string; dynamics_id: string; name: string | null };
  domain_settings: { own: string[]; common_added: string[]; common_removed: string[] };
  account_edits: {
    id: Generated<number>;
    account_id: number;
    at: Date;
    editor_kind: EditorKind;
    teammate_id: number | null;
    editor_name: string | null;
    action: EditAction;
    before: Json<AccountBefore>;
    after: Json<AccountBefore>;
  };
  store_edits: { only_row: Generated<boolean>; edits: number };
  runs: {
    id: Generated<number>;
    organization_id: string;
    mode: RunMode;
    status: RunStatus;
    started_by: string | null;
    started_by_id: number | null;
    applied_by: string | null;
    applied_by_id: number | null;
    cancelled_by: string | null;
    progress: NullableJson<RunProgress>;
    issues: NullableJson<Record<string, number>>;
    actions: NullableJson<Partial<Record<ChangeAction, number>>>;
    what_if: ColumnType<Record<string, WhatIf>, string | undefined, string>;
    settings: Json<unknown>;
    settings_hash: string;
    settled_edits: number | null;
    settled: Generated<boolean>;
    calm: Generated<boolean>;
    alone: Generated<boolean>;
    planned_edits: number | null;
    planned_after: number | null;
    waits_because: string | null;
    checkpoint: Generated<number>;
    fence: number;
    counts: Json<Partial<RunCounts>>;
    usage: Json<Partial<RunUsage>>;
    error: NullableJson<{ kind: string; sentence: string }>;
    started_at: Date;
    planned_at: Date | null;
    finished_at: Date | null;
    told: string | null;
    tries: Generated<number>;
    try_after: Date | null;
  };
  run_notices: { run_id: number; recipient: string; topic: string; at: Date };
  retried_records: { run_id: number; dynamics_id: string };
  run_leases: {
    organization_id: string;
    fence: number;
    holder: string | null;
    backend_pid: number | null;
    backend_start: Date | null;
    session_name: string | null;
    heartbeat_at: Date | null;
  };
  account_changes: {
    run_id: number;
    seq: number;
    action: ChangeAction;
    rule: string;
    account_id: number | null;
    account_version: number | null;
    dynamics_id: string;
    name: string;
    name_key: string;
    description: string | null;
    fields: Json<StoredFields> | null;
    domains: string[] | null;
    before: NullableJson<AccountBefore>;
    record_version: number | null;
    fingerprint: Never64Bit;
    outcome: "changed" | "planned-again" | null;
  };
  sync_issues: {
    id: Generated<number>;
    organization_id: string;
    kind: string;
    dynamics_id: string | null;
    name: string | null;
    field: string | null;
    value: string | null;
    other_account_id: number | null;
    first_run: number;
    closed_run: number | null;
  };
  waiting_records: {
    organization_id: string;
    dynamics_id: string;
    /** A refusal's issue kind, or "domain-taken" for a record that is synced without a domain. */
    kind: string;
    created_on: Date;
    record_version: number;
    fingerprint: Never64Bit;
    name: string;
    name_key: string;
    description: string | null;
    fields: Json<StoredFields>;
    domains: string[];
    issues: NullableJson<unknown>;
  };
  run_issues: {
    run_id: number;
    dynamics_id: string | null;
    kind: string;
    name: string | null;
    field: string | null;
    value: string | null;
    other_account_id: number | null;
  };
  run_decisions: {
    run_id: number;
    dynamics_id: string;
    action: string;
    rule: string;
    account_id: number | null;
    domains: string[] | null;
  };
}

/** The old values of what a change alters; a key that is not there was not altered. */
export interface AccountBefore {
  name?: string;
  description?: string | null;
  domains?: string[];
  fields?: Record<string, string | number | boolean | null>;
  externalId?: string | null;
}
