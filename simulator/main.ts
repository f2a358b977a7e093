// Starts a whole simulated Dynamics 365 environment in one call: organisation, accounts, Entra ID,
// faults and limits on one port of 127.0.0.1, with an app registration and users who can sign in.
// `sluice simulator`, the demo and tests use it. It prints nothing, and returns everything needed
// to connect.
import { isAadstsCode } from "./entra/aadsts.ts";
import { Entra } from "./entra/entra.ts";
import type { Directory, DirectoryUser } from "./entra/directory.ts";
import { Faults, faultMiddleware } from "./faults/faults.ts";
import type { FaultActions } from "./faults/fault-effects.ts";
import { limitMiddleware, ServiceLimits, type LimitSettings } from "./faults/limits.ts";
import { loadColumns } from "./load/load-columns.ts";
import { loadCsv } from "./load/load-csv.ts";
import { fillColumns } from "./load/fill-columns.ts";
import { generateAccounts } from "./load/generate-accounts.ts";
import { addPeople } from "./load/people.ts";
import { installApps } from "./org/apps.ts";
import { customiseOrg } from "./org/customise.ts";
import { guidFrom } from "./org/guids.ts";
import { Org } from "./org/org.ts";
import { startSimulator, type Simulator } from "./server.ts";
import { unauthorized } from "./webapi/responses.ts";

export interface RunOptions {
  /** Default: a free port. */
  readonly port?: number;
  /** Adds columns to account of every kind that companies add. */
  readonly customised?: boolean;
  /** Files (paths) that list columns of account, which are added or updated. */
  readonly columns?: readonly string[];
  /** CSV files (paths) to load one after the other. */
  readonly csv?: readonly string[];
  /** Headers of the CSV files that become option sets. */
  readonly csvChoices?: readonly string[];
  /** The number of accounts to generate after those of the files. */
  readonly accounts?: number;
  /** Adds about two thousand real organisations after all others. */
  readonly demo?: boolean;
  /** The same seed yields the same ids, credentials and tokens. Default: "sluice". */
  readonly seed?: string;
  /** The clock of organisation, Entra ID and limits. Default: the system clock. */
  readonly now?: () => Date;
  readonly limits?: Partial<LimitSettings>;
  /** Allowed redirect URIs of the app; loopback addresses match with any port. */
  readonly redirectUris?: readonly string[];
  /** Lifetime of an access token. Default: 3599 seconds. */
  readonly accessTokenSeconds?: number;
  /** Whether a refresh token that was used is accepted again. Default: accepted, as in Entra ID. */
  readonly oldRefreshTokens?: "accepted" | "refused";
  /** An existing organisation; users, teams and apps are added to a new one only. */
  readonly org?: Org;
}

export interface SignInUser {
  readonly userId: string;
  readonly userPrincipalName: string;
  readonly password: string;
}

export interface RunningSimulator extends Simulator {
  readonly entra: Entra;
  readonly faults: Faults;
  readonly limits: ServiceLimits;
  readonly tenantId: string;
  /**
   * The app registration; its client credentials act as an application user with the role System
   * Administrator.
   */
  readonly clientId: string;
  readonly clientSecret: string;
  /** Users who can sign in; the first is the System Administrator. */
  readonly users: readonly SignInUser[];
  /** A refresh token of the System Administrator for this environment and app. */
  readonly refreshToken: string;
  /** Signs a systemuser in and returns a refresh token of theirs. */
  readonly refreshTokenOf: (userId: string) => string;
}

const PASSWORD = "Simulated-1";
const REDIRECT_URIS = ["http://localhost/callback", "http://127.0.0.1/callback"];

/**
 * Creates, fills and starts it.
 * @throws when the port is taken, and a LoadError when a file cannot be used
 */
export async function runSimulator(options: RunOptions = {}): Promise<RunningSimulator> {
  const seed = options.seed ?? options.org?.seed ?? "sluice";
  const org = options.org ?? new Org({ seed, ...(options.now ? { now: options.now } : {}) });
  if (!options.org) {
    installApps(org);
    addPeople(org);
  }
  const clientId = guidFrom(seed, "app registration");
  const clientSecret = `simulated~${guidFrom(seed, "client secret")}`;
  const directory = createDirectory(org, seed, clientId, clientSecret, options.redirectUris ?? REDIRECT_URIS);
  await loadAccounts(org, options);

  const now = (): number => org.now().getTime();
  const { accessTokenSeconds, oldRefreshTokens } = options;
  const entra = new Entra({
    directory,
    now,
    seed,
    ...(accessTokenSeconds === undefined ? {} : { accessTokenSeconds }),
    ...(oldRefreshTokens === undefined ? {} : { oldRefreshTokens }),
  });
  const limits = new ServiceLimits(now, options.limits);
  let origin = "";
  const faults = new Faults(faultActions(org, entra, () => origin));
  const simulator = await startSimulator({
    org,
    authority: entra,
    ...(options.port === undefined ? {} : { port: options.port }),
    hooks: { faults: faultMiddleware(faults), limits: limitMiddleware(limits) },
  });
  origin = simulator.origin;
  const scope = `${origin}/user_impersonation offline_access`;
  const refreshTokenOf = (userId: string): string => {
    const user = directory.users.find((one) => one.userId === userId) ?? directoryUser(org, userId);
    if (!directory.users.includes(user)) directory.users.push(user);
    return entra.issueRefreshToken(clientId, user.userPrincipalName, scope);
  };
  return {
    ...simulator,
    entra,
    faults,
    limits,
    tenantId: directory.tenantId,
    clientId,
    clientSecret,
    users: directory.users.map((user) => ({
      userId: user.userId ?? "",
      userPrincipalName: user.userPrincipalName,
      password: user.password,
    })),
    refreshToken: refreshTokenOf(org.adminId),
    refreshTokenOf,
  };
}

async function loadAccounts(org: Org, options: RunOptions): Promise<void> {
  const addedColumns = [
    ...(options.customised ? customiseOrg(org) : []),
    ...(options.columns ?? []).flatMap((file) => loadColumns(org, file)),
  ];
  for (const file of options.csv ?? []) {
    loadCsv(org, file, options.csvChoices ? { choices: options.csvChoices } : {});
  }
  if (options.accounts) generateAccounts(org, { count: options.accounts });
  if (options.demo) {
    // The data package is loaded for the demo alone.
    const { generateDemo } = await import("./load/demo-accounts.ts");
    generateDemo(org);
  }
  if (addedColumns.length > 0) fillColumns(org, addedColumns);
}

/**
 * Creates the tenant of an organisation: all its enabled users, the administrator first, and one
 * app with its application user.
 */
function createDirectory(
  org: Org,
  seed: string,
  clientId: string,
  clientSecret: string,
  redirectUris: readonly string[],
): Directory {
  const users = [...org.requireTable("systemuser").rows()]
    .filter((row) => row["applicationid"] == null && row["domainname"] != null)
    .toSorted((a, b) => Number(a["versionnumber"]) - Number(b["versionnumber"]))
    .map((row) => directoryUser(org, String(row["systemuserid"])));
  const applicationUser = guidFrom(seed, "application user");
  // An organisation that is served a second time has its application user already.
  if (!org.requireTable("systemuser").get(applicationUser))
    addApplicationUser(org, applicationUser, clientId);
  return {
    tenantId: guidFrom(seed, "tenant"),
    tenantDomain: "contoso.example",
    tenantName: org.name,
    users: users.toSorted((a, b) => Number(b.userId === org.adminId) - Number(a.userId === org.adminId)),
    apps: [
      {
        clientId,
        displayName: "Sluice",
        secrets: [{ value: clientSecret }],
        redirectUris: [...redirectUris],
        userId: applicationUser,
        objectId: guidFrom(seed, "service principal"),
      },
    ],
  };
}

function addApplicationUser(org: Org, id: string, clientId: string): void {
  const administrator = org.roles.get("System Administrator");
  org.addUser({
    id,
    fullname: "# Sluice",
    email: null,
    accessMode: 4,
    applicationId: clientId,
    ...(administrator === undefined ? {} : { roles: [administrator] }),
  });
}

function directoryUser(org: Org, userId: string): DirectoryUser {
  const row = org.requireTable("systemuser").get(userId);
  if (!row) throw new Error(`The simulated organisation has no user ${userId}.`);
  const name = String(row["domainname"] ?? `${userId}@contoso.example`);
  return {
    objectId: String(row["azureactivedirectoryobjectid"]),
    userId,
    userPrincipalName: name,
    displayName: String(row["fullname"]),
    password: PASSWORD,
    disabled: row["isdisabled"] === true,
  };
}

function faultActions(org: Org, entra: Entra, origin: () => string): FaultActions {
  return {
    deleteView: (viewId) => org.deleteView(viewId),
    unshareView: (viewId) => {
      const shares = [...org.requireTable("principalobjectaccess").rows()].filter(
        (row) => row["objectid"] === viewId,
      );
      for (const share of shares) org.unshareView(viewId, String(share["principalid"]));
    },
    deleteColumn: (table, column) => org.deleteColumn(column, table),
    deleteRow: (table, id) => void org.remove(table, id),
    changeRow: (table, id, values) => void org.update(table, id, values),
    revokeRefreshTokens: (userPrincipalName) => {
      for (const user of entra.directory.users) {
        if ((userPrincipalName ?? user.userPrincipalName) === user.userPrincipalName)
          entra.revokeSessions(user.objectId);
      }
    },
    refuseToken: (code) => {
      if (isAadstsCode(code)) entra.forceError(code);
    },
    expiredTokenResponse: () => unauthorized(origin(), entra.tenantId, "expired"),
  };
}
