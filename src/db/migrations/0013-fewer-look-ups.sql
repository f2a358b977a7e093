-- A third of the time of storing the changes of a first plan went into looking up their run, once for each; a twentieth of a
-- changes-only run into looking for issues of accounts that were deleted here, when none had been.

-- Runs are deleted in retention.ts alone, and only those without changes.
alter table account_changes drop constraint account_changes_run_id_fkey;

-- sync_issues_of_record begins with the same columns.
drop index sync_issues_open;

-- Whether the store was as the run before had left it, under the same settings, when this one read.
alter table runs add settled boolean not null default false;
