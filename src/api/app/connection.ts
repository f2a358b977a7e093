// Routes of the connection: its state and check, the schedule, the limits, pausing and resuming.
import { checkConnection } from "../../connections/check/check.ts";
import { loadConnection, setPaused } from "../../connections/connection.ts";
import { saveBrake, saveSchedule } from "../../connections/schedule/settings.ts";
import { assertNotFromFile } from "../../connections/sign-in/log-in.ts";
import { loadSyncStatus } from "../../connections/status/load-status.ts";
import { connectionRoutes as contract } from "../contract/connection.ts";
import { implement, type Implementation } from "../implement.ts";
import { connectionView, type ConnectionViewDeps } from "./connection-view.ts";
import { DYNAMICS_TIMEOUT_MS } from "./dynamics-timeout.ts";

export type ConnectionRouteDeps = ConnectionViewDeps & {
  /** Makes workers notice that the sync was paused or resumed. */
  readonly notifyWorkers: () => Promise<void>;
};

export function connectionRoutes(deps: ConnectionRouteDeps): Implementation[] {
  const { connections, notifyWorkers } = deps;
  const { database, clock } = connections;
  const db = database.kysely;
  return [
    implement(contract.getConnection, (_, caller) => connectionView(deps, caller)),
    implement(contract.getSyncState, async () => {
      const connection = await loadConnection(db);
      const { state, lastSyncedAt, openIssues, attention } = await loadSyncStatus(
        db,
        connection,
        clock.now(),
      );
      return {
        state,
        lastSyncedAt: lastSyncedAt?.toISOString() ?? null,
        openIssues,
        attention: attention?.title ?? null,
        source: connection.environment?.host ?? null,
      };
    }),
    implement(contract.checkConnection, async () => {
      const steps = await checkConnection(connections, AbortSignal.timeout(DYNAMICS_TIMEOUT_MS));
      return { steps, checkedAt: clock.now().toISOString() };
    }),
    implement(contract.putSchedule, async ({ body }, caller) => {
      assertNotFromFile(connections);
      await saveSchedule(db, body);
      return connectionView(deps, caller);
    }),
    implement(contract.putBrake, async ({ body }, caller) => {
      assertNotFromFile(connections);
      await saveBrake(db, body);
      return connectionView(deps, caller);
    }),
    implement(contract.pause, async (_, caller) => {
      await setPaused(db, true);
      await notifyWorkers();
      return connectionView(deps, caller);
    }),
    implement(contract.resume, async (_, caller) => {
      await setPaused(db, false);
      await notifyWorkers();
      return connectionView(deps, caller);
    }),
  ];
}
