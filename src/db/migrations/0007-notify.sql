-- Who is told about runs, and who was.

alter table connection
  -- Whether scheduled syncs are mailed about, and whether a run is to who started it.
  add mail_scheduled boolean not null default true,
  add mail_starter boolean not null default true,
  -- Chosen besides who connected: teammates, who get nothing any more once they are gone, and addresses of others.
  add mail_teammates integer[] not null default '{}',
  add mail_addresses text[] not null default '{}';

-- The end of which it was decided whom to tell: the status, and the kind of error if there is one. A run has several when
-- its plan waits and is applied later.
alter table runs add told text;
-- Nobody is told of what ended before.
update runs set told = status || coalesce(':' || (error ->> 'kind'), '');
create index runs_to_tell on runs (id)
  where status in ('done', 'failed', 'planned') and told is distinct from status || coalesce(':' || (error ->> 'kind'), '');

-- Who was told of what, written in the transaction that queues the mail.
create table run_notices (
  run_id bigint not null references runs on delete cascade,
  recipient text not null,
  -- 'issues', 'recovered', 'failed:' and the error's kind, 'attention:' and its kind.
  topic text not null,
  at timestamptz not null,
  primary key (run_id, recipient, topic)
);

-- The same mail as HTML; the text stays the one that counts.
alter table mails add html text;

-- How often an issue opened: its closed rows, which no partial index has.
create index sync_issues_of_record on sync_issues (organization_id, dynamics_id, kind);
