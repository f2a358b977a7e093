-- A record that was merged into another: its account points to the other's account, or becomes it.

alter table account_links
  add merged_into bigint references accounts (id) on delete set null,
  drop constraint account_links_stop_reason_check,
  add constraint account_links_stop_reason_check
    check (stop_reason in ('deleted', 'deactivated', 'left-view', 'merged')),
  drop constraint account_links_matched_by_check,
  add constraint account_links_matched_by_check check (matched_by in ('create', 'domain', 'name', 'merged'));
create index account_links_merged_into on account_links (merged_into) where merged_into is not null;

alter table account_changes
  add winner_id uuid,
  add merged_into bigint,
  add previous_record_id uuid,
  add previous_reason text,
  drop constraint account_changes_action_check,
  add constraint account_changes_action_check
    check (action in ('create', 'link', 'update', 'resume', 'stop', 'merge'));

alter table account_edits
  drop constraint account_edits_action_check,
  add constraint account_edits_action_check check (action in ('create', 'edit', 'delete', 'unlink'));

-- Why linked records were not read, as the run looked it up.
create table run_lookups (
  run_id bigint not null,
  record_id uuid not null,
  reason text not null,
  winner_id uuid,
  winner_reason text,
  previous_reason text,
  keeps_reason boolean not null default false,
  is_changed boolean not null default false,
  is_transferred boolean not null default false,
  merged_into bigint
) partition by list (run_id);
