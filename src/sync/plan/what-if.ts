// Counts what a stored plan would do under other options: the matcher decides the drafts of the
// run's working tables again, and its decisions are counted instead of stored.
import { sql } from "kysely";
import type { Origin } from "../../accounts/tables.ts";
import type { Database } from "../../db/pool.ts";
import { inTransaction } from "../../db/transaction.ts";
import { settingsOfRun, type StoredSettings } from "../rules/settings.ts";
import { cacheWhatIf } from "../record/run-updates.ts";
import { matchOptions } from "./match.ts";
import { gatherPending, matchConflicting } from "./match-store.ts";
import type { SyncOptions } from "../../settings/sync-settings.ts";
import type { WhatIf } from "../tables.ts";

type PlannedRun = {
  readonly id: number;
  readonly organizationId: string;
  readonly origin: Origin;
  readonly settings: StoredSettings;
  readonly cached: Record<string, WhatIf>;
};

async function plannedRun(database: Database, runId: number): Promise<PlannedRun | undefined> {
  const { rows } = await sql<Omit<PlannedRun, "settings"> & { settings: unknown }>`
    select id, organization_id as "organizationId", origin, settings, what_if as cached
    from runs
    where id = ${runId} and status = 'planned'`.execute(database.kysely);
  const [run] = rows;
  return run && { ...run, settings: settingsOfRun(run.id, run.settings) };
}

/** Counts that are being computed, so that concurrent requests share one computation. */
const inProgress = new WeakMap<Database, Map<string, Promise<WhatIf | undefined>>>();

/**
 * @returns undefined for a run that is no stored plan, or that found no changes and staged nothing
 */
export async function whatIf(
  database: Database,
  runId: number,
  options: SyncOptions,
): Promise<WhatIf | undefined> {
  const run = await plannedRun(database, runId);
  if (!run) return undefined;
  const key = `${options.allowDuplicateNames ? "duplicates" : "unique names"}, ${options.onDomainTaken}`;
  const cached = run.cached[key];
  if (cached) return cached;
  const pending = inProgress.get(database) ?? new Map<string, Promise<WhatIf | undefined>>();
  inProgress.set(database, pending);
  const name = `${runId} ${key}`;
  const answer =
    pending.get(name) ?? computeAndCache(database, run, { key, options }).finally(() => pending.delete(name));
  pending.set(name, answer);
  return answer;
}

async function computeAndCache(
  database: Database,
  run: PlannedRun,
  { key, options }: { key: string; options: SyncOptions },
): Promise<WhatIf | undefined> {
  const figures = await computeFigures(database, run, options);
  if (figures === undefined) return undefined;
  await cacheWhatIf(database.kysely, run.id, { key, figures });
  return figures;
}

function computeFigures(
  database: Database,
  { id, organizationId, origin, settings }: PlannedRun,
  options: SyncOptions,
): Promise<WhatIf | undefined> {
  const scope = { runId: id, organizationId, origin, attempt: 1 };
  return inTransaction(database, async (open) => {
    await gatherPending(open, scope);
    const skipped = await sql`
      delete from pending_drafts where skip_reason is not null`.execute(open.kysely);
    const { matches } = await matchConflicting(open, scope, matchOptions({ ...settings.settings, options }));
    const { rows } = await sql<{ drafts: number; linked: number; created: number }>`
      select (select count(*)::int from pending_drafts) as drafts,
        (select count(*)::int from pending_drafts where merged_record_id is not null) as linked,
        count(*)::int as created
      from pending_drafts
      where account_id is null and record_id not in (select record_id from conflicting_drafts)`.execute(
      open.kysely,
    );
    const { drafts, linked, created } = rows[0]!;
    if (drafts === 0) return undefined;
    const figures: WhatIf = { created, linked, skipped: Number(skipped.numAffectedRows ?? 0) };
    for (const { kind } of matches) {
      if (kind === "create") figures.created++;
      else if (kind === "skip") figures.skipped++;
      else if (kind !== "linked") figures.linked++;
    }
    return figures;
  });
}
