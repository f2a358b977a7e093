-- What an admin decides about runs that nobody starts: at which time of day, and how much they may change unseen.

alter table connection
  -- "02:30", UTC: the full run of the day begins then; null: 24 hours, or less, after the one before began.
  add full_at text check (full_at ~ '^[0-2][0-9]:[0-5][0-9]$'),
  -- Thresholds of the brake as src/connections/self-running.ts has them; null: the defaults.
  add brake jsonb;
