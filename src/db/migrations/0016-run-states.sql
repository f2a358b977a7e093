-- The state of a run is its status and columns that each say one thing, instead of texts that stand for two.

alter table runs
  -- What asked for it: a person in the application, the schedule, or the command line.
  add trigger text,
  -- Why a plan that was to be applied by itself needs a person's approval.
  add approval_reason text,
  -- Set while a plan that a person approved waits to be applied.
  add approved_at timestamptz,
  -- Why an apply stopped before its end.
  add halt_reason text;

update runs set
  trigger = case when started_by is not null then 'person' when mode = 'plan' then 'command-line' else 'schedule' end,
  approval_reason = case when status <> 'applying' then waits_because end,
  halt_reason = case when status = 'applying' then waits_because end,
  approved_at = case when status = 'planned' and applied_by is not null then coalesce(planned_at, started_at) end,
  applied_by = nullif(applied_by, 'the schedule');

alter table runs alter trigger set not null;

drop index runs_to_tell;
alter table runs drop waits_because;
create index runs_to_tell on runs (id)
  where (status in ('done', 'failed', 'planned') or status = 'applying' and halt_reason = 'failed')
    and told is distinct from (status || coalesce(':' || (error ->> 'kind'), ''));
