-- A run is asked for in one process and carried out in another: its row waits until a worker takes it.

alter table runs drop constraint runs_status_check;
alter table runs add constraint runs_status_check check (status in
  ('queued', 'reading', 'planning', 'planned', 'applying', 'done', 'failed', 'discarded', 'interrupted'));

alter table runs
  -- How often a worker has taken it since it last got further.
  add tries integer not null default 0,
  -- Not taken again before then: what broke off waits a little longer each time.
  add try_after timestamptz;
