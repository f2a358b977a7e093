// The connection as the contract has it.
import { loadConnection } from "../../connections/connection.ts";
import { connectionLabels } from "../../connections/setup/label-language.ts";
import { loadNotice } from "../../connections/sign-in/notices.ts";
import type { ConnectionDeps } from "../../connections/sign-in/open-stored-connection.ts";
import { loadSyncStatus } from "../../connections/status/load-status.ts";
import { connectionRoutes as contract, type ConnectionView } from "../contract/connection.ts";
import { APP_PREFIX } from "../contract/route.ts";
import { requireTeammate, type Caller } from "../implement.ts";

export type ConnectionViewDeps = {
  readonly connections: ConnectionDeps;
  readonly publicUrl: () => string;
};

export function signInRedirectUri(publicUrl: () => string): string {
  return `${publicUrl()}${APP_PREFIX}${contract.completeSignIn.path}`;
}

/** Returns the connection, with the notice of its caller. */
export async function connectionView(
  { connections, publicUrl }: ConnectionViewDeps,
  caller: Caller,
): Promise<ConnectionView> {
  const { database, clock, dynamicsApp, file } = connections;
  const db = database.kysely;
  const now = clock.now();
  const connection = await loadConnection(db);
  const notice = await loadNotice(db, requireTeammate(caller).id, now);
  return viewOf(connection, await loadSyncStatus(db, connection, now), {
    labels: await connectionLabels(db, connection),
    notice: notice ?? null,
    logIn: {
      available: dynamicsApp !== undefined && file === undefined,
      redirectUri: signInRedirectUri(publicUrl),
    },
  });
}

function viewOf(
  {
    environment,
    settings,
    selectionName,
    paused,
    schedule,
    brake,
  }: Awaited<ReturnType<typeof loadConnection>>,
  state: Awaited<ReturnType<typeof loadSyncStatus>>,
  rest: Pick<ConnectionView, "labels" | "notice" | "logIn">,
): ConnectionView {
  const { lastRun, lastSyncedAt, nextRunAt, ...figures } = state;
  return {
    ...figures,
    ...rest,
    paused,
    schedule,
    brake,
    environment: environment && {
      ...environment,
      organizationId: environment.organizationId ?? "",
      connectedAt: environment.connectedAt.toISOString(),
      secretExpiresAt: environment.secretExpiresAt?.toISOString() ?? null,
    },
    settings,
    selectionName,
    lastRun: lastRun && {
      ...lastRun,
      startedAt: lastRun.startedAt.toISOString(),
      finishedAt: lastRun.finishedAt?.toISOString() ?? null,
    },
    lastSyncedAt: lastSyncedAt?.toISOString() ?? null,
    nextRunAt: nextRunAt?.toISOString() ?? null,
  };
}
