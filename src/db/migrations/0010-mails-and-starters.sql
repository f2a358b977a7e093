-- Texts of mails are sealed under the operator's key from now on; those of before are not, and go within 30 days.
alter table mails add sealed boolean not null default false;

-- Two teammates may have one name, so who is told of a run is kept by id too. Ids of those who left are nobody's again.
alter table runs
  add started_by_id integer,
  add applied_by_id integer;
