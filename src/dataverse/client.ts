// The Dataverse client: everything the program asks of Dynamics 365, through one object for one environment and one user.
// Rows come as pages from async generators, read ahead; whatever is passing is retried inside; what is thrown is a
// DataverseError or a SignInError with a sentence for the admin. Nothing here knows of accounts of our own.
import type { Clock } from "../lib/clock.ts";
import { openHttp } from "../lib/http.ts";
import type { Http } from "../lib/http.ts";
import type { Log } from "../lib/log.ts";
import { userAccess } from "./metadata/privileges.ts";
import type { PrivilegeGaps } from "./metadata/privileges.ts";
import { fetchByIds, readAccounts, sweepAccounts } from "./accounts/read-accounts.ts";
import type { ReadContext } from "./accounts/read-accounts.ts";
import type { Environment } from "./auth/environment-address.ts";
import { readServerTime, readConnectedUser, readWhoAmI } from "./metadata/identity.ts";
import { readColumns } from "./metadata/columns.ts";
import { wireName } from "./model.ts";
import type {
  AccountSelection,
  AccountVersion,
  Column,
  ConnectedUser,
  DynamicsUser,
  Identity,
  RawRow,
  RequestStats,
  Sample,
  Usage,
  View,
} from "./model.ts";
import { openRequests } from "./http/requests.ts";
import { readSample } from "./accounts/sample.ts";
import type { TokenSource } from "./auth/tokens.ts";
import { readUsers } from "./metadata/users.ts";
import { readView, readViews } from "./metadata/views.ts";

export interface DataverseClient {
  readonly environment: Environment;
  whoAmI(signal?: AbortSignal): Promise<Identity>;
  connectedUser(signal?: AbortSignal): Promise<ConnectedUser>;
  /** What time it is there, to the second; undefined if it does not say. */
  serverTime(signal?: AbortSignal): Promise<Date | undefined>;
  /** What can be offered for mapping, types that are never supported included, by label. */
  accountColumns(signal?: AbortSignal): Promise<readonly Column[]>;
  /** Active list views of accounts: personal ones (own and shared), then system ones. */
  views(signal?: AbortSignal): Promise<readonly View[]>;
  /** Throws DataverseError of kind 'view-not-found' or 'view-broken'. */
  view(id: string, signal?: AbortSignal): Promise<View>;
  /** One yield is one page as it came; a view with joins may repeat rows. `columns` are logical names. */
  readAccounts(
    selection: AccountSelection,
    columns: readonly string[],
    signal?: AbortSignal,
  ): AsyncGenerator<RawRow[]>;
  sweepAccounts(selection: AccountSelection, signal?: AbortSignal): AsyncGenerator<readonly AccountVersion[]>;
  /** In any state. Ids that are gone are not returned; the order is not that of the ids. */
  fetchByIds(
    ids: readonly string[],
    columns: readonly string[],
    signal?: AbortSignal,
  ): AsyncGenerator<RawRow[]>;
  /** The first rows, formatted: in the columns and the order of the view itself, or in the columns named. */
  sample(
    selection: AccountSelection,
    columns: readonly string[] | "of the view",
    rows: number,
    signal?: AbortSignal,
  ): Promise<Sample>;
  users(signal?: AbortSignal): Promise<readonly DynamicsUser[]>;
  /** Privileges that a sync needs and the connected user lacks, or has for a part of the organisation only. */
  privilegeGaps(signal?: AbortSignal): Promise<PrivilegeGaps>;
  /** By role, also through teams. */
  isSystemAdministrator(signal?: AbortSignal): Promise<boolean>;
  /** Counted since the client was made. */
  readonly usage: Readonly<Usage>;
  close(): Promise<void>;
}

export interface DataverseOptions {
  readonly environment: Environment;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  readonly log?: Log;
  /** Ends everything the client does. */
  readonly signal?: AbortSignal;
  readonly onRequest?: (stats: RequestStats) => void;
  /** Rows a page, 1 to 5000. Default 5000. */
  readonly pageSize?: number;
  /** Shared with others, and then not closed by `close`. Default: one of its own. */
  readonly http?: Http;
}

/** Sends nothing yet. */
export function connectDataverse(options: DataverseOptions): DataverseClient {
  const { environment } = options;
  const http = options.http ?? openHttp();
  const requests = openRequests({ ...options, http });
  const whoAmI = cachedAsync((signal) => readWhoAmI(requests, signal));
  const access = userAccess(requests, whoAmI.value);
  const columns = cachedAsync((signal) => readColumns(requests, access, signal));
  const readContext: ReadContext = {
    requests,
    pageSize: Math.min(Math.max(options.pageSize ?? 5000, 1), 5000),
    wireNames: async (names, signal) => wireNames(names, await columns.value(signal)),
  };
  return {
    environment,
    whoAmI: whoAmI.fresh,
    connectedUser: async (signal) => readConnectedUser(requests, (await whoAmI.value(signal)).userId, signal),
    serverTime: (signal) => readServerTime(requests, signal),
    accountColumns: columns.fresh,
    views: (signal) => readViews(requests, signal),
    view: (id, signal) => readView(requests, id, signal),
    readAccounts: (selection, names, signal) => readAccounts(readContext, selection, names, signal),
    sweepAccounts: (selection, signal) => sweepAccounts(readContext, selection, signal),
    fetchByIds: (ids, names, signal) => fetchByIds(readContext, ids, names, signal),
    sample: (selection, names, rows, signal) => readSample(readContext, selection, names, rows, signal),
    users: (signal) => readUsers(requests, signal),
    privilegeGaps: (signal) => access.privilegeGaps(signal),
    isSystemAdministrator: (signal) => access.isSystemAdministrator(signal),
    usage: requests.usage,
    close: async () => {
      if (options.http === undefined) await http.close();
    },
  };
}

// A column that metadata does not know goes out under its own name: Dataverse then says that it is missing.
function wireNames(names: readonly string[], columns: readonly Column[]): readonly string[] {
  const byName = new Map(columns.map((column) => [column.logicalName, column]));
  return names.map((name) => {
    const column = byName.get(name);
    return column === undefined ? name : wireName(column);
  });
}

type CancellableRequest<T> = (signal?: AbortSignal) => Promise<T>;

/** `fresh` asks each time, `value` only if nothing was asked yet. */
function cachedAsync<T>(request: CancellableRequest<T>): {
  fresh: CancellableRequest<T>;
  value: CancellableRequest<T>;
} {
  let last: { value: T } | undefined;
  const fresh: CancellableRequest<T> = async (signal) => {
    last = { value: await request(signal) };
    return last.value;
  };
  return { fresh, value: async (signal) => last?.value ?? (await fresh(signal)) };
}
