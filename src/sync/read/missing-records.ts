// Missing records: linked ones that a complete read did not return (rule 11). Why is looked up by
// id and never inferred. Their accounts stop syncing, with that reason, and are not deleted.
import type { ClientBase } from "pg";
import { copyRows, encodeCopyRow } from "../../db/copy.ts";
import type { StopReason } from "../../accounts/tables.ts";
import type { StagingRun } from "./stage-rows.ts";

/**
 * Stores the decisions to stop, except for records that have stopped for the same reason already.
 * @returns how many were stored
 */
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

/** Stores decisions on records that were not read. */
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
