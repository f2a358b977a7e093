-- The process that holds a lease has other database sessions as well; whoever takes over from a dead one ends those.

alter table run_leases
  -- The application_name that they share.
  add session_name text;
