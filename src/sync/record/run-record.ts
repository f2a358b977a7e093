// A stored run: its settings, and what the process that claims it needs.
import { sql, type Kysely } from "kysely";
import type { Database } from "../../db/pool.ts";
import type { Origin } from "../../accounts/tables.ts";
import type { Tables } from "../../db/tables.ts";
import type { Clock } from "../../lib/clock.ts";
import type { RunCounts, RunMode, RunStatus } from "../tables.ts";
import { settingsOfRun, type StoredSettings } from "../rules/settings.ts";
import { noSuchRun } from "./run-errors.ts";

/** The database that stores runs, and the clock for their timestamps. */
export type RunStore = { readonly database: Database; readonly clock: Clock };

export type StoredRun = {
  readonly id: number;
  readonly organizationId: string;
  readonly origin: Origin;
  readonly mode: RunMode;
  readonly status: RunStatus;
  readonly counts: Partial<RunCounts>;
  readonly settings: StoredSettings;
  readonly fence: number;
};

/**
 * Loads a run.
 * @throws RunError when there is no such run, StoredJsonError when its settings cannot be parsed
 */
export async function storedRun(db: Kysely<Tables>, runId: number): Promise<StoredRun> {
  const { rows } = await sql<Omit<StoredRun, "settings"> & { readonly settings: unknown }>`
    select id, organization_id as "organizationId", origin, mode, status, counts, settings, fence
    from runs where id = ${runId}`.execute(db);
  if (!rows[0]) throw noSuchRun(runId);
  return { ...rows[0], settings: settingsOfRun(runId, rows[0].settings) };
}
