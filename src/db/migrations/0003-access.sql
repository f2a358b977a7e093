-- Who may sign in and as what; sessions, one-time links, and the mails that carry them.
-- Tokens are kept as SHA-256 alone: each has 256 random bits, so there is nothing to guess and no salt to add.

alter table teammates
  add role text not null default 'teammate' check (role in ('teammate', 'workspace-admin', 'company-admin')),
  -- 'no-sign-in': only a connection file or a source named them. 'invited' becomes 'active' with the first sign-in.
  add state text not null default 'no-sign-in' check (state in ('no-sign-in', 'invited', 'active')),
  add last_seen_at timestamptz,
  -- The Microsoft Entra ID account that signed in with this address first; another one with the same address is refused.
  add entra_object_id text unique;

-- Apart from the teammates, so that no list of them can ever carry a hash along.
create table teammate_passwords (
  teammate_id integer primary key references teammates on delete cascade,
  -- Argon2id in its own text form, with its parameters and salt.
  hash text not null
);

create table sessions (
  token_hash bytea primary key,
  teammate_id integer not null references teammates on delete cascade,
  created_at timestamptz not null,
  seen_at timestamptz not null
);
create index sessions_teammate on sessions (teammate_id);

create table one_time_links (
  token_hash bytea primary key,
  kind text not null check (kind in ('invitation', 'password-reset', 'sign-in')),
  teammate_id integer not null references teammates on delete cascade,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index one_time_links_teammate on one_time_links (teammate_id);

-- A sign-in at Microsoft Entra ID that has begun, for the browser it began in.
create table entra_sign_ins (
  state_hash bytea primary key,
  browser_hash bytea not null,
  code_verifier text not null,
  nonce text not null,
  expires_at timestamptz not null
);

-- How often something was tried in the window that began at started_at; a key names what and by whom.
create table attempts (
  key text collate "C" primary key,
  started_at timestamptz not null,
  count integer not null
);

create table mails (
  id bigint generated always as identity primary key,
  recipient text not null,
  subject text not null,
  -- Emptied once the mail has left the house, and when keep_until is over: it holds links.
  body text,
  keep_until timestamptz,
  -- 'shown': no mail server was set up, so the app shows it.
  state text not null check (state in ('waiting', 'sent', 'shown', 'failed')),
  tries integer not null default 0,
  next_try_at timestamptz,
  error text,
  created_at timestamptz not null
);
create index mails_waiting on mails (next_try_at) where state = 'waiting';
