-- The connection that an admin made in the app. Secrets are sealed before they come here (src/connections/sealer.ts).

-- One row: one installation has one connection.
create table connection (
  only_row boolean primary key default true check (only_row),
  -- Counts the sign-ins. What was begun under an older one (a refresh under way) saves nothing any more.
  generation integer not null default 0,
  -- Where and as whom; null until connected. After disconnecting all of it stays but the sign-in, so that connecting the
  -- same organisation again goes on.
  origin text,
  region text,
  app_id text,
  organization_id uuid,
  authority text,
  tenant text,
  sign_in text check (sign_in in ('delegated', 'app-only')),
  -- Set up in a connection file, which has the secrets and is read at every start.
  from_file boolean not null default false,
  signed_in_as text,
  connected_by text,
  connected_at timestamptz,
  client_id text,
  sealed_client_secret text,
  secret_expires_at timestamptz,
  sealed_refresh_token text,
  -- Selection, mapping and options as chosen; null until then. The name of the view is for people.
  settings jsonb,
  selection_name text,
  -- Names of the views that were offered last, by id: what is chosen is called as it was called there.
  view_names jsonb not null default '{}',
  paused boolean not null default false,
  -- What an admin must do before anything is synced again: kind, sentence, place, run.
  attention jsonb,
  full_every_minutes integer not null default 1440 check (full_every_minutes > 0),
  -- Null: changes are found by full runs only.
  changes_every_minutes integer check (changes_every_minutes > 0),
  check (sign_in is null or origin is not null)
);
insert into connection default values;

-- Signing in to Dynamics 365 that has begun, for the teammate who began it. Used ones stay until they would have
-- ended, so that a code that comes twice is told from one that was never asked for.
create table dynamics_sign_ins (
  state_hash bytea primary key,
  teammate_id integer not null references teammates on delete cascade,
  address text not null,
  authority text not null,
  tenant text not null,
  redirect_uri text not null,
  sealed_verifier text not null,
  expires_at timestamptz not null,
  used_at timestamptz
);

-- What the last try to connect came to, shown to the teammate who tried; the browser's address names its code alone.
create table connection_notices (
  teammate_id integer primary key references teammates on delete cascade,
  code text not null,
  sentence text not null,
  until timestamptz not null
);
