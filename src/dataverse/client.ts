// The Dataverse client: all requests to one environment as one user. Rows come as pages from async
// generators that read ahead; transient failures are retried inside, and what is thrown is a
// DataverseError or a SignInError with a sentence for the admin. It knows nothing of our accounts.
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
import { readBaseLanguage, readProvisionedLanguages, readUserLanguage } from "./metadata/languages.ts";
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
  /** The server's time, to the second; undefined if the response has none. */
  serverTime(signal?: AbortSignal): Promise<Date | undefined>;
  /**
   * All columns that can be listed for a mapping, unsupported types included, sorted by label.
   * @param languages in which labels are preferred, the most preferred first
   */
  accountColumns(languages?: readonly number[], signal?: AbortSignal): Promise<readonly Column[]>;
  /** The organisation's; null if the user may not read it. */
  baseLanguage(signal?: AbortSignal): Promise<number | null>;
  /** The connected user's; null if it is the organisation's, or is not known. */
  userLanguage(signal?: AbortSignal): Promise<number | null>;
  /** Those in which there may be labels. */
  provisionedLanguages(signal?: AbortSignal): Promise<readonly number[]>;
  /** Active list views of accounts: personal ones (own and shared), then system ones. */
  views(signal?: AbortSignal): Promise<readonly View[]>;
  /** @throws DataverseError with the code 'view-not-found' or 'view-broken' */
  view(id: string, signal?: AbortSignal): Promise<View>;
  /** Yields each page as it came; a view with joins may repeat rows. `columns` are logical names. */
  readAccounts(
    selection: AccountSelection,
    columns: readonly string[],
    signal?: AbortSignal,
  ): AsyncGenerator<RawRow[]>;
  sweepAccounts(selection: AccountSelection, signal?: AbortSignal): AsyncGenerator<readonly AccountVersion[]>;
  /** Accounts in any state. Ids that do not exist are left out; the order is arbitrary. */
  fetchByIds(
    ids: readonly string[],
    columns: readonly string[],
    signal?: AbortSignal,
  ): AsyncGenerator<RawRow[]>;
  /** The first rows, formatted: in the view's own columns and order, or in the given columns. */
  sample(
    selection: AccountSelection,
    columns: readonly string[] | "view-columns",
    rows: number,
    signal?: AbortSignal,
  ): Promise<Sample>;
  users(signal?: AbortSignal): Promise<readonly DynamicsUser[]>;
  /**
   * Privileges that a sync needs and the connected user lacks, or has for part of the organisation
   * only.
   */
  privilegeGaps(signal?: AbortSignal): Promise<PrivilegeGaps>;
  /** Whether the user has the role, directly or through a team. */
  isSystemAdministrator(signal?: AbortSignal): Promise<boolean>;
  /** Counted since the client was created. */
  readonly usage: Readonly<Usage>;
  close(): Promise<void>;
}

export interface DataverseOptions {
  readonly environment: Environment;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  readonly log?: Log;
  /** Aborts everything that the client does. */
  readonly signal?: AbortSignal;
  readonly onRequest?: (stats: RequestStats) => void;
  /** Rows per page, 1 to 5000. Default 5000. */
  readonly pageSize?: number;
  /** A shared HTTP client, which `close` then leaves open. Default: one of its own. */
  readonly http?: Http;
}

/** Creates a client. Sends nothing yet. */
export function connectDataverse(options: DataverseOptions): DataverseClient {
  const { environment } = options;
  const http = options.http ?? openHttp();
  const requests = openRequests({ ...options, http });
  const whoAmI = cachedAsync((signal) => readWhoAmI(requests, signal));
  const access = userAccess(requests, whoAmI.value);
  let knownColumns: readonly Column[] | undefined;
  const accountColumns = async (languages: readonly number[] = [], signal?: AbortSignal) => {
    knownColumns = await readColumns(requests, access, languages, signal);
    return knownColumns;
  };
  const readContext: ReadContext = {
    requests,
    pageSize: Math.min(Math.max(options.pageSize ?? 5000, 1), 5000),
    numbers: async (names, signal) =>
      names.length === 0 ? [] : numbersAmong(names, knownColumns ?? (await accountColumns([], signal))),
    wireNames: async (names, signal) => wireNames(names, knownColumns ?? (await accountColumns([], signal))),
  };
  return {
    environment,
    whoAmI: whoAmI.fresh,
    connectedUser: async (signal) => readConnectedUser(requests, (await whoAmI.value(signal)).userId, signal),
    serverTime: (signal) => readServerTime(requests, signal),
    accountColumns,
    baseLanguage: async (signal) =>
      readBaseLanguage(requests, (await whoAmI.value(signal)).organizationId, signal),
    userLanguage: async (signal) => readUserLanguage(requests, (await whoAmI.value(signal)).userId, signal),
    provisionedLanguages: (signal) => readProvisionedLanguages(requests, signal),
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

// A column without metadata keeps its own name, so that Dataverse reports it as missing.
function wireNames(names: readonly string[], columns: readonly Column[]): readonly string[] {
  const byName = new Map(columns.map((column) => [column.logicalName, column]));
  return names.map((name) => {
    const column = byName.get(name);
    return column === undefined ? name : wireName(column);
  });
}

/** Whole numbers have ten digits at most, which a double holds. */
const LONG_NUMBER_TYPES: ReadonlySet<string> = new Set(["DecimalType", "DoubleType", "MoneyType"]);

function numbersAmong(names: readonly string[], columns: readonly Column[]): readonly string[] {
  const numbers = columns.filter(({ type }) => LONG_NUMBER_TYPES.has(type));
  const longNumbers = new Set(numbers.map(({ logicalName }) => logicalName));
  return names.filter((name) => longNumbers.has(name));
}

type CancellableRequest<T> = (signal?: AbortSignal) => Promise<T>;

/** `fresh` sends a request each time, `value` only if there is no result yet. */
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
