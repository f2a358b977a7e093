// Departures: linked records that a complete read did not bring (rule 11). Whether one was deleted is looked up by id, never
// inferred. The account stays, stops syncing and says why.
import type { ClientBase } from "pg";
import type { DataverseClient } from "../../dataverse/client.ts";
import type { AccountSelection, RawRow } from "../../dataverse/model.ts";
import { copyRows, copyText } from "../../db/copy.ts";
import type { StopReason } from "../../accounts/tables.ts";
import type { StagingRun } from "./stage-rows.ts";

/** Above this many, one sweep of all active accounts first (5,000 a request) is cheaper than asking for each id. */
const SWEEP_ABOVE = 5_000;

export type Departures = {
  readonly departed: ReadonlyMap<string, StopReason>;
  /** Rows that are there and belong to the selection after all: the paging missed them, so they are read now. */
  readonly missed: readonly RawRow[];
};

async function* rowsOf(pages: AsyncIterable<readonly RawRow[]>): AsyncGenerator<RawRow> {
  for await (const page of pages) yield* page;
}

function idOf(row: RawRow): string {
  return String(row["accountid"]).toLowerCase();
}

/** Asks Dynamics what became of these records. */
export async function lookUpDepartures(
  client: DataverseClient,
  selection: AccountSelection,
  ids: readonly string[],
  columns: readonly string[],
  signal: AbortSignal,
): Promise<Departures> {
  const departed = new Map<string, StopReason>(ids.map((id) => [id, "deleted"]));
  const missed: RawRow[] = [];
  if (selection.kind === "view" && ids.length > SWEEP_ABOVE) {
    for await (const page of client.sweepAccounts({ kind: "all" }, signal)) {
      for (const { id } of page) if (departed.has(id)) departed.set(id, "left-view");
    }
  }
  const unknown = ids.filter((id) => departed.get(id) === "deleted");
  const gone: StopReason = selection.kind === "all" ? "deactivated" : "left-view";
  const active: string[] = [];
  for await (const row of rowsOf(client.fetchByIds(unknown, [], signal))) {
    if (selection.kind === "all" && row["statecode"] === 0) active.push(idOf(row));
    else departed.set(idOf(row), gone);
  }
  // Most never come back, and are asked for in each run: what they say is read of the few that do.
  for await (const row of rowsOf(client.fetchByIds(active, columns, signal))) {
    if (row["statecode"] === 0) {
      departed.delete(idOf(row));
      missed.push(row);
    } else departed.set(idOf(row), gone);
  }
  return { departed, missed };
}

/** Stores those that are news: a departed record whose reason is the same as before plans nothing. @returns how many. */
export async function storeDepartures(
  run: StagingRun,
  departed: ReadonlyMap<string, StopReason>,
): Promise<number> {
  if (departed.size === 0) return 0;
  return run.transaction(async ({ client }) => {
    await noteNotRead(client, run.runId, "stop", departed);
    const old = await client.query(
      `delete from run_decisions x using account_links l
       where x.run_id = $1 and x.action = 'stop' and l.organization_id = $2 and l.record_id = x.record_id
         and l.stop_reason = x.rule`,
      [run.runId, run.organizationId],
    );
    return departed.size - (old.rowCount ?? 0);
  });
}

/** Notes records that the read did not bring, with what becomes of each and why. */
export async function noteNotRead(
  client: ClientBase,
  runId: number,
  action: "stop" | "forget",
  reasons: Iterable<readonly [id: string, reason: string]>,
): Promise<void> {
  function* rows(): Generator<string> {
    for (const [id, reason] of reasons) yield copyText([runId, id, action, reason]);
  }
  await copyRows(
    client,
    `copy run_decisions_${runId} (run_id, record_id, action, rule) from stdin`,
    rows(),
  );
}
