// Departures: linked records that a complete read did not bring (rule 11). Whether one was deleted is looked up by id, never
// inferred. The account stays, stops syncing and says why.
import type { ClientBase } from "pg";
import { copyRows, encodeCopyRow } from "../../db/copy.ts";
import type { StopReason } from "../../accounts/tables.ts";
import type { StagingRun } from "./stage-rows.ts";

/** Stores those that are news: a departed record whose reason is the same as before plans nothing. @returns how many. */
export async function stageStops(
  run: StagingRun,
  stopReasons: ReadonlyMap<string, StopReason>,
): Promise<number> {
  if (stopReasons.size === 0) return 0;
  return run.transaction(async ({ client }) => {
    await insertDecisionsOfUnread(client, run.runId, "stop", stopReasons);
    const alreadyStopped = await client.query(
      `delete from run_decisions x using account_links l
       where x.run_id = $1 and x.action = 'stop' and l.organization_id = $2 and l.record_id = x.record_id
         and l.stop_reason = x.rule`,
      [run.runId, run.organizationId],
    );
    return stopReasons.size - (alreadyStopped.rowCount ?? 0);
  });
}

/** Notes records that the read did not bring, with what becomes of each and why. */
export async function insertDecisionsOfUnread(
  client: ClientBase,
  runId: number,
  action: "stop" | "forget",
  reasons: Iterable<readonly [id: string, reason: string]>,
): Promise<void> {
  function* rows(): Generator<string> {
    for (const [id, reason] of reasons) yield encodeCopyRow([runId, id, action, reason]);
  }
  await copyRows(client, `copy run_decisions_${runId} (run_id, record_id, action, rule) from stdin`, rows());
}
