// A run as it is stored: what it was asked for, and what whoever goes on with it needs to know.
import { sql, type Kysely } from "kysely";
import type { Database } from "../../db/pool.ts";
import type { RunCounts, RunMode, RunStatus, Tables } from "../../db/tables.ts";
import type { Clock } from "../../lib/clock.ts";
import type { SyncSettings } from "../rules/settings.ts";
import { RunError } from "./run-errors.ts";

/** Where runs are stored, and the clock that they go by. */
export type RunStore = { readonly database: Database; readonly clock: Clock };

/** What applying needs to know later, perhaps in another process: stored with the run. */
export type StoredSettings = {
  readonly settings: SyncSettings;
  readonly fieldIds: readonly number[];
  readonly descriptionMapped: boolean;
  /** Custom fields made for this run, which go when it comes to nothing. */
  readonly newFieldIds: readonly number[];
};

export type StoredRun = {
  readonly id: number;
  readonly organizationId: string;
  readonly mode: RunMode;
  readonly status: RunStatus;
  readonly counts: Partial<RunCounts>;
  readonly settings: StoredSettings;
  readonly fence: number;
};

/** @throws RunError when there is no such run. */
export async function storedRun(db: Kysely<Tables>, runId: number): Promise<StoredRun> {
  const { rows } = await sql<StoredRun>`
    select id, organization_id as "organizationId", mode, status, counts, settings, fence
    from runs where id = ${runId}`.execute(db);
  if (!rows[0]) throw new RunError(`There is no run ${runId}. "sluice runs" lists them.`);
  return rows[0];
}
