-- Tables, columns and outcomes have the names that the field uses for them, and nothing that any source can fill names one source.

alter table account_changes rename dynamics_id to record_id;
alter table account_links rename dynamics_id to record_id;
alter table account_links rename left_because to stop_reason;
alter table account_links rename constraint account_links_left_because_check to account_links_stop_reason_check;
alter table excluded_records rename dynamics_id to record_id;
alter table retried_records rename dynamics_id to record_id;
alter table run_decisions rename dynamics_id to record_id;
alter table run_drafts rename dynamics_id to record_id;
alter table run_drafts rename try to attempt;
alter table run_issues rename dynamics_id to record_id;
alter table run_versions rename dynamics_id to record_id;
alter table sync_issues rename dynamics_id to record_id;

alter table waiting_records rename to blocked_records;
alter table blocked_records rename dynamics_id to record_id;
alter table blocked_records rename constraint waiting_records_pkey to blocked_records_pkey;

-- Counts the writes to the store that no run made.
alter table store_edits rename to store_revision;
alter table store_revision rename edits to revision;
alter table store_revision rename constraint store_edits_pkey to store_revision_pkey;
alter table store_revision rename constraint store_edits_only_row_check to store_revision_only_row_check;

-- Of the accounts that it makes.
alter table runs add origin text not null default 'dynamics';
alter table runs alter origin drop default;
alter table runs rename planned_edits to planned_revision;
alter table runs rename settled_edits to settled_revision;
alter table runs rename settled to store_unchanged;
alter table runs rename calm to no_changes;
alter table runs rename alone to no_concurrent_edits;
alter table runs rename tries to attempts;
alter table runs rename try_after to retry_at;
alter table runs rename told to notified_state;
alter index runs_to_tell rename to runs_to_notify;

alter table mails rename tries to attempts;
alter table mails rename next_try_at to next_attempt_at;

-- The outcomes: "leave" is stop, "return" is resume, "refuse" is skip.
alter table account_changes drop constraint account_changes_action_check;
update account_changes set action = case action when 'leave' then 'stop' else 'resume' end
  where action in ('leave', 'return');
alter table account_changes add constraint account_changes_action_check
  check (action in ('create', 'link', 'update', 'resume', 'stop'));
update run_decisions set action = case action when 'leave' then 'stop' else 'skip' end
  where action in ('leave', 'refuse');
update runs set counts = counts - 'left' || jsonb_build_object('stopped', counts -> 'left')
  where counts ? 'left';
update runs set actions = actions - 'leave' - 'return'
    || case when actions ? 'leave' then jsonb_build_object('stop', actions -> 'leave') else '{}' end
    || case when actions ? 'return' then jsonb_build_object('resume', actions -> 'return') else '{}' end
  where actions ?| array['leave', 'return'];
