-- Runs that people start, watch and stop from anywhere: who asked for them, how far they are, and what would solve their problems.

alter table runs
  -- Teammates by name or address, as they were called then; null: the schedule, or the command line.
  add started_by text,
  add applied_by text,
  -- Who asked it to stop. Whichever process runs it looks once a second.
  add cancelled_by text,
  -- Stage, done, total, rate, secondsLeft; written at most once a second, so that any process can show it.
  add progress jsonb,
  -- Issues by kind and changes by action, as they were when it was planned, and again when it was done.
  add issues jsonb,
  add actions jsonb,
  -- What the plan would come to under other options, computed once: see what-if.ts.
  add what_if jsonb not null default '{}',
  drop constraint runs_mode_check,
  -- 'changes' reads what changed alone; 'retry' looks at its retried_records alone, and goes on to apply by itself.
  add constraint runs_mode_check check (mode in ('sync', 'changes', 'plan', 'retry'));

create table retried_records (
  run_id bigint not null references runs on delete cascade,
  dynamics_id uuid not null,
  primary key (run_id, dynamics_id)
);

-- The order in which open issues are listed (src/sync/issue-pages.ts); a field and a value, which could be long, sort within.
create index sync_issues_in_order on sync_issues
  (organization_id, (kind collate "C"), (coalesce(dynamics_id, '00000000-0000-0000-0000-000000000000'::uuid)))
  where closed_run is null;
