-- Dynamics 365 shows some dates with a time as dates alone; such a time is 23:00 of the day before.

alter table custom_fields
  -- How a Date and time field shows what has a time: in full, or the date by the workspace's clocks.
  add date_format text not null default 'date-and-time' check (date_format in ('date-and-time', 'date'));
