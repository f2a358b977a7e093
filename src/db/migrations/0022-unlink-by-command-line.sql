-- Accounts are unlinked on the command line too, and their history says so.

alter table account_edits
  drop constraint account_edits_editor_kind_check,
  add constraint account_edits_editor_kind_check
    check (editor_kind in ('teammate', 'api', 'command-line'));
