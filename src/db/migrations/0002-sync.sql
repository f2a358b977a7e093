-- Runs: what was read, planned, applied, and what went wrong.

create table runs (
  id bigint generated always as identity primary key,
  organization_id uuid not null,
  -- 'sync' goes on to apply by itself; 'plan' stops and waits for somebody to apply it.
  mode text not null check (mode in ('sync', 'plan')),
  status text not null check (status in
    ('reading', 'planning', 'planned', 'applying', 'done', 'failed', 'discarded', 'interrupted')),
  -- Selection, mapping, options and fields as this run used them; never a secret.
  settings jsonb not null,
  settings_hash text not null,
  -- store_edits.edits at the end of a full run beside which nobody wrote: as long as it stands, every waiting record
  -- would be decided as it was.
  settled_edits bigint,
  -- Whether nothing had moved, here or at the source: then no record was decided.
  calm boolean not null default false,
  -- Whether nobody but this run has written since its plan.
  alone boolean not null default true,
  -- What the store looked like to the plan: store_edits.edits, and the run applied last.
  planned_edits bigint,
  planned_after bigint,
  -- Why a planned run waits although it was started to sync, e.g. 'empty-selection'.
  waits_because text,
  -- The last change applied; -1 until the domains that the plan takes away are taken.
  checkpoint integer not null default -1,
  fence bigint not null,
  counts jsonb not null default '{}',
  usage jsonb not null default '{}',
  error jsonb,
  started_at timestamptz not null,
  planned_at timestamptz,
  finished_at timestamptz
);
create index runs_organization on runs (organization_id, id);

-- Who may write for an organisation: a fencing number that only grows, and the database session that holds it.
create table run_leases (
  organization_id uuid primary key,
  fence bigint not null,
  holder text,
  backend_pid integer,
  backend_start timestamptz,
  heartbeat_at timestamptz
);

-- The plan of a run, for what changes only; once applied it is the history of the accounts.
-- The columns from name to domains hold the state after the change; before holds the old values of what changes.
create table account_changes (
  run_id bigint not null references runs on delete cascade,
  seq integer not null,
  action text not null check (action in ('create', 'link', 'update', 'return', 'leave')),
  rule text not null,
  account_id bigint,
  -- The version the account had when this was planned; null for a create.
  account_version integer,
  dynamics_id uuid not null,
  name text not null,
  name_key text collate "C" not null,
  description text,
  fields jsonb,
  -- Null: domains are not mapped.
  domains text[],
  before jsonb,
  record_version bigint,
  fingerprint bigint,
  -- Null: applied once the run's checkpoint has passed it. Else 'changed' (the store had moved on; not applied),
  -- 'planned-again' (another row of the run took its place).
  outcome text check (outcome in ('changed', 'planned-again')),
  primary key (run_id, seq)
);
create index account_changes_account on account_changes (account_id) where account_id is not null;
create index account_changes_not_applied on account_changes (run_id) where outcome is not null;

-- What the last applied run found wrong; closed when a later run no longer finds it.
create table sync_issues (
  id bigint generated always as identity primary key,
  organization_id uuid not null,
  kind text not null,
  -- Null for what concerns the whole connection.
  dynamics_id uuid,
  name text,
  field text,
  value text,
  -- The account of ours that stands in the way.
  other_account_id bigint,
  first_run bigint not null,
  closed_run bigint
);
create index sync_issues_open on sync_issues (organization_id, dynamics_id) where closed_run is null;

-- Records whose outcome depends on other accounts: refused, or synced without a domain that somebody else has
-- (kind 'domain-taken'). The draft is kept, so that they can be decided again without being read again.
create table waiting_records (
  organization_id uuid not null,
  dynamics_id uuid not null,
  kind text not null,
  created_on timestamptz not null,
  record_version bigint not null,
  fingerprint bigint not null,
  name text not null,
  name_key text collate "C" not null,
  description text,
  fields jsonb not null,
  domains text[] not null,
  issues jsonb,
  primary key (organization_id, dynamics_id)
);

-- Working tables of a run. Each run makes its own unlogged partition and drops it at the end, so clearing
-- half a million rows costs nothing and a crash of the database leaves nothing behind.
create table run_drafts (
  run_id bigint not null,
  dynamics_id uuid not null,
  created_on timestamptz not null,
  record_version bigint not null,
  fingerprint bigint not null,
  name text not null,
  name_key text collate "C" not null,
  description text,
  fields jsonb not null,
  domains text[] not null,
  issues jsonb,
  -- 1, or more when the store had moved on and the row is planned again.
  try smallint not null default 1
) partition by list (run_id);

-- Linked rows that were read and found equal although their version moved, or that were looked at for another reason.
create table run_versions (
  run_id bigint not null,
  dynamics_id uuid not null,
  record_version bigint not null,
  -- The new one where the row was drafted.
  fingerprint bigint,
  drafted boolean not null default false
) partition by list (run_id);

-- What the matcher decided, where it is not simply "create, with all domains" or "as it is linked".
create table run_decisions (
  run_id bigint not null,
  dynamics_id uuid not null,
  action text not null,
  rule text not null,
  account_id bigint,
  domains text[],
  issues jsonb
) partition by list (run_id);

-- Issues of the rows this run looked at; they become sync_issues when the run is done.
create table run_issues (
  run_id bigint not null,
  dynamics_id uuid,
  kind text not null,
  name text,
  field text,
  value text,
  other_account_id bigint
) partition by list (run_id);
