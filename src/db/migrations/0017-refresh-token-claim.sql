-- A process claims the refresh token for as long as it exchanges it, instead of keeping a transaction open meanwhile.

alter table connection
  add column refresh_claim uuid,
  -- What a process that died had claimed is free from then on.
  add column refresh_claimed_until timestamptz;
