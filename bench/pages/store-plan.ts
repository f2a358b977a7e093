// Stores a plan over every account, as a preview does: half of the accounts would be updated, and
// every eleventh is skipped.
import type { Database } from "../../src/db/pool.ts";
import { createWorkingTables } from "../../src/sync/record/working-tables.ts";

const SETTINGS = {
  settings: {
    selection: { kind: "all" },
    mapping: { name: "name", domains: ["websiteurl"], fields: [] },
    options: { allowDuplicateNames: false, onDomainTaken: "skip" },
    ownDomains: [],
    commonDomains: { add: [], remove: [] },
  },
  fieldIds: [],
  descriptionMapped: true,
  newFieldIds: [],
};

/** @returns the run's id */
export async function storePlan(database: Database, organization: string, accounts: number): Promise<number> {
  const { pool } = database;
  const counts = { read: accounts, updated: Math.ceil(accounts / 2), created: Math.floor(accounts / 2) };
  const { rows } = await pool.query<{ id: number }>(
    `insert into runs (
       organization_id, origin, mode, status, trigger, settings, settings_hash, fence, counts, issues,
       started_at, planned_at
     )
     values ($1, 'dynamics', 'plan', 'planned', 'person', $2, '', 1, $3, '{}', now(), now())
     returning id`,
    [organization, SETTINGS, counts],
  );
  const { id } = rows[0]!;
  await createWorkingTables(database.kysely, id);
  await pool.query(
    `insert into account_changes (
       run_id, seq, action, rule, account_id, account_version, record_id, name, name_key,
       description, domains, before, record_version, fingerprint
     )
     select
       $1, row_number() over (order by id % 2, id),
       case when id % 2 = 0 then 'update' else 'create' end,
       case when id % 2 = 0 then 'linked' else 'create' end,
       case when id % 2 = 0 then id end,
       1, external_id::uuid, name, name_key,
       'A customer since ' || id, array[substr(md5(id::text), 1, 8) || '.com'],
       case when id % 2 = 0 then jsonb_build_object('description', description) end,
       2, 2
     from accounts`,
    [id],
  );
  await pool.query(
    `insert into run_issues (run_id, record_id, kind, name)
     select $1, external_id::uuid, 'name-in-use', name
     from accounts
     where id % 11 = 0`,
    [id],
  );
  await pool.query("vacuum analyze account_changes");
  await pool.query("analyze run_issues");
  return id;
}
