-- Room in each page for a few new versions of its rows: an update that moves no key then stays in its page and touches no index.
alter table accounts set (fillfactor = 90);
alter table account_links set (fillfactor = 90);
