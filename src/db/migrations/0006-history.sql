-- What people decide and do about accounts: which domains count, and every edit by hand. (What runs did is in
-- account_changes.)

-- One row. Hosts in lower-case ASCII, sorted, so that the same lists are the same settings.
create table domain_settings (
  only_row boolean primary key default true check (only_row),
  -- The company's own domains, never an account's.
  own text[] not null default '{}',
  -- How the common domains differ from the list that comes with us; what is removed wins.
  common_added text[] not null default '{}',
  common_removed text[] not null default '{}'
);
insert into domain_settings default values;

-- Written in the transaction of the edit itself. Outlives the account, so that its number can still be explained.
create table account_edits (
  id bigint generated always as identity primary key,
  account_id bigint not null,
  at timestamptz not null,
  editor_kind text not null check (editor_kind in ('teammate', 'api')),
  teammate_id integer,
  -- As the teammate was called then: an edit keeps its author's name when they leave.
  editor_name text,
  action text not null check (action in ('create', 'edit', 'delete')),
  -- The old and the new values of what the edit alters, by the same keys: name, description, domains, externalId, and
  -- fields by custom field id.
  before jsonb not null,
  after jsonb not null
);
create index account_edits_account on account_edits (account_id, id);

-- What the record was called when somebody excluded it: the account that told is gone.
alter table excluded_records add name text;
