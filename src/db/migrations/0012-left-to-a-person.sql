-- A run that broke off again and again while it wrote is left to a person, who is told of it like of one that failed.

drop index runs_to_tell;
create index runs_to_tell on runs (id)
  where (status in ('done', 'failed', 'planned') or status = 'applying' and waits_because = 'failed')
    and told is distinct from status || coalesce(':' || (error ->> 'kind'), '');
