-- A time of day in UTC is another one by the clocks on the wall twice a year.

alter table connection
  -- An IANA name: full_at is by its clocks. Until now that was UTC.
  add time_zone text not null default 'UTC';
