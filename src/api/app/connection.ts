// Routes of the connection: connecting Dynamics 365, choosing accounts, mapping fields, schedule
// and limits. Requests to Dynamics 365 get a minute, because a person waits for them.
import { customFields } from "../../accounts/custom-fields.ts";
import { checkConnection } from "../../connections/check/check.ts";
import { offeredColumns } from "../../connections/setup/columns.ts";
import { connectApp } from "../../connections/sign-in/connect-app.ts";
import { disconnect, loadConnection, saveViewNames, setPaused } from "../../connections/connection.ts";
import { startLogIn, finishLogIn, setUpInFileError } from "../../connections/sign-in/log-in.ts";
import { validateMapping } from "../../connections/setup/validate-mapping.ts";
import { deleteNotice, saveNotice, loadNotice } from "../../connections/sign-in/notices.ts";
import { resolveAddress } from "../../connections/sign-in/resolve-address.ts";
import {
  openStoredConnection,
  type ConnectionDeps,
} from "../../connections/sign-in/open-stored-connection.ts";
import type { OpenConnection } from "../../connections/sign-in/open-client.ts";
import { sampleTable } from "../../connections/setup/sample.ts";
import { saveBrake, saveSchedule } from "../../connections/schedule/settings.ts";
import { loadSyncStatus } from "../../connections/status/load-status.ts";
import { offeredViews } from "../../connections/setup/views.ts";
import { connectionRoutes as contract, type ConnectionView } from "../contract/connection.ts";
import { APP_PREFIX } from "../contract/route.ts";
import { ApiError, implement, type Caller, type Implementation } from "../implement.ts";
import { toHttpError } from "../errors.ts";

export type ConnectionRouteDeps = {
  readonly connections: ConnectionDeps;
  readonly publicUrl: () => string;
  /** Makes workers notice that the sync was paused or resumed. */
  readonly notifyWorkers: () => Promise<void>;
};

const TIMEOUT_MS = 60_000;

export function connectionRoutes({
  connections,
  publicUrl,
  notifyWorkers,
}: ConnectionRouteDeps): Implementation[] {
  const { database, clock } = connections;
  const db = database.kysely;
  const redirectUri = () => `${publicUrl()}${APP_PREFIX}${contract.signInReturns.path}`;

  const connectionView = async (caller: Caller): Promise<ConnectionView> => {
    const now = clock.now();
    const connection = await loadConnection(db);
    const notice = await loadNotice(db, teammateOf(caller).id, now);
    return viewOf(connection, await loadSyncStatus(db, connection, now), {
      notice: notice ?? null,
      logIn: {
        available: connections.dynamicsApp !== undefined && connections.file === undefined,
        redirectUri: redirectUri(),
      },
    });
  };
  const withClient = <T>(work: (client: OpenConnection["client"]) => Promise<T>): Promise<T> =>
    withTimeout(async (signal) => {
      const open = await openStoredConnection(connections, { signal });
      try {
        return await work(open.client);
      } finally {
        await open.close();
      }
    });
  const noticeOtherOrganisation = async (caller: Caller, formerLinks: number): Promise<void> => {
    const { id } = teammateOf(caller);
    if (formerLinks === 0) await deleteNotice(db, id);
    else await saveNotice(db, id, otherOrganisationNotice(formerLinks), clock.now());
  };

  return [
    implement(contract.getConnection, (_, caller) => connectionView(caller)),
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
    implement(contract.lookAtAddress, ({ body }) =>
      withTimeout((signal) => resolveAddress(connections, body.address, signal)),
    ),
    implement(contract.startSignIn, ({ body: { address } }, caller) =>
      withTimeout(async (signal) => {
        const request = { address, teammateId: teammateOf(caller).id, redirectUri: redirectUri() };
        return { url: await startLogIn(connections, request, signal) };
      }),
    ),
    implement(contract.signInReturns, async ({ query }, caller, { reply }) => {
      const teammate = teammateOf(caller);
      try {
        const formerLinks = await withTimeout((signal) => finishLogIn(connections, teammate, query, signal));
        await noticeOtherOrganisation(caller, formerLinks);
        // A notice about another organisation is shown before the next step.
        await reply.redirect(
          formerLinks === 0 ? modalUrl("accounts") : modalUrl("connect", "other-organisation"),
        );
      } catch (error) {
        const { status, error: httpError } = toHttpError(error);
        if (status === 500) throw error;
        connections.log.info("A log-in to Dynamics 365 came to nothing.", { code: httpError.code });
        await saveNotice(
          db,
          teammate.id,
          { code: httpError.code, sentence: httpError.sentence },
          clock.now(),
        );
        await reply.redirect(modalUrl("connect", httpError.code));
      }
      return undefined;
    }),
    implement(contract.connectAppOnly, async ({ body }, caller) => {
      const { secretExpiresAt: expires, ...input } = body;
      const signIn = { ...input, secretExpiresAt: expires === undefined ? undefined : new Date(expires) };
      const { email } = teammateOf(caller);
      await noticeOtherOrganisation(
        caller,
        await withTimeout((signal) => connectApp(connections, email, signIn, signal)),
      );
      return connectionView(caller);
    }),
    implement(contract.disconnect, async () => {
      if (connections.file !== undefined) throw setUpInFileError();
      await disconnect(db);
      return undefined;
    }),
    implement(contract.checkConnection, async () => {
      const steps = await checkConnection(connections, AbortSignal.timeout(TIMEOUT_MS));
      return { steps, checkedAt: clock.now().toISOString() };
    }),
    implement(contract.listViews, () =>
      withClient(async (client) => {
        const views = await offeredViews(client);
        await saveViewNames(db, views);
        return { views };
      }),
    ),
    implement(contract.sampleRows, ({ body }) => withClient((client) => sampleTable(client, body.selection))),
    implement(contract.listColumns, ({ body }) =>
      withClient(async (client) => {
        const columns = await offeredColumns(client, body.selection, await customFields(db));
        return { columns };
      }),
    ),
    implement(contract.checkMapping, ({ body }) =>
      withClient(async (client) =>
        validateMapping(body.mapping, await client.accountColumns(), await customFields(db)),
      ),
    ),
    implement(contract.putSchedule, async ({ body }, caller) => {
      if (connections.file !== undefined) throw setUpInFileError();
      await saveSchedule(db, body);
      return connectionView(caller);
    }),
    implement(contract.putBrake, async ({ body }, caller) => {
      if (connections.file !== undefined) throw setUpInFileError();
      await saveBrake(db, body);
      return connectionView(caller);
    }),
    implement(contract.pause, async (_, caller) => {
      await setPaused(db, true);
      await notifyWorkers();
      return connectionView(caller);
    }),
    implement(contract.resume, async (_, caller) => {
      await setPaused(db, false);
      await notifyWorkers();
      return connectionView(caller);
    }),
  ];
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
  rest: Pick<ConnectionView, "notice" | "logIn">,
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

/** Returns the address of a step of the sync modal. */
function modalUrl(step: "accounts" | "connect", problem?: string): string {
  const query = new URLSearchParams({ import: "dynamics", step, ...(problem !== undefined && { problem }) });
  return `/contacts/accounts?${query.toString()}`;
}

/** Rule 1: accounts of another organisation are left unchanged, and the admin is told so. */
function otherOrganisationNotice(formerLinks: number): { code: string; sentence: string } {
  const [accounts, they, are] = formerLinks === 1 ? ["account", "it", "is"] : ["accounts", "they", "are"];
  return {
    code: "other-organisation",
    sentence:
      `This is another Dynamics 365 organisation than before. ${formerLinks.toLocaleString("en")} ${accounts} linked to the former one ` +
      `${formerLinks === 1 ? "stays as it is" : "stay as they are"} and ${are} not synced any more; an account of the new organisation that ` +
      `matches ${formerLinks === 1 ? "it" : "one of them"} is skipped and reported. If the former organisation is connected again, ${they} ` +
      `${formerLinks === 1 ? "goes" : "go"} on.`,
  };
}

async function withTimeout<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    return await work(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new ApiError(
      504,
      "slow",
      "Dynamics 365 did not answer within a minute; it may be busy or under maintenance. Try again.",
    );
  }
}

function teammateOf({ teammate }: Caller): NonNullable<Caller["teammate"]> {
  if (teammate === null)
    throw new ApiError(401, "signed-out", "You are not signed in. Sign in and try again.");
  return teammate;
}
