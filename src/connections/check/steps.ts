// The steps of the connection check, in order. Each checks one thing and returns its finding;
// check.ts reports what it throws as a failure.
import { DataverseError } from "../../dataverse/http/errors.ts";
import { describeGaps } from "../../dataverse/metadata/privileges.ts";
import type { Column, Identity } from "../../dataverse/model.ts";
import { DAY_MS } from "../../lib/durations.ts";
import { languageName } from "../../settings/label-language.ts";
import { SECRET_WARNING_DAYS } from "../../settings/secret-expiry.ts";
import { issueKinds } from "../../sync/rules/issue-kinds.ts";
import { mappedColumns } from "../../sync/rules/mapping.ts";
import { addressesOf } from "../../sync/rules/user-teammates.ts";
import type { ConnectedEnvironment, Connection } from "../connection.ts";
import type { OpenConnection } from "../sign-in/open-client.ts";
import { resolveAddress } from "../sign-in/resolve-address.ts";
import { openStoredConnection, type ConnectionDeps } from "../sign-in/open-stored-connection.ts";

export type CheckId =
  | "address"
  | "sign-in"
  | "user"
  | "rights"
  | "accounts"
  | "metadata"
  | "secured-columns"
  | "users"
  | "views"
  | "clock"
  | "secret-expiry";

/** Who can fix it: the Dynamics 365 administrator, or the admin of Sluice. */
export type Responsible = "dynamics" | "sluice";

export type StepResult =
  | { readonly outcome: "ok"; readonly finding: string }
  | {
      readonly outcome: "failed" | "warning";
      readonly finding: string;
      readonly fix: string;
      readonly responsible: Responsible;
    };

/** The context of a check. Each step adds what later steps need. */
export type CheckContext = {
  readonly deps: ConnectionDeps;
  readonly connection: Connection;
  readonly environment: ConnectedEnvironment;
  readonly signal: AbortSignal | undefined;
  open?: OpenConnection;
  identity?: Identity | DataverseError;
  columns?: readonly Column[];
};

type Step = {
  readonly id: CheckId;
  readonly title: string;
  /** The step that must succeed before this one. */
  readonly needs?: CheckId;
  readonly run: (context: CheckContext) => Promise<StepResult>;
};

const ok = (finding: string): StepResult => ({ outcome: "ok", finding });
const warning = (responsible: Responsible, finding: string, fix: string): StepResult => ({
  outcome: "warning",
  finding,
  fix,
  responsible,
});
const failed = (responsible: Responsible, finding: string, fix: string): StepResult => ({
  outcome: "failed",
  finding,
  fix,
  responsible,
});

export const CHECK_STEPS: readonly Step[] = [
  { id: "address", title: "Dynamics 365 answers at its address", run: checkAddress },
  { id: "sign-in", title: "The sign-in works", needs: "address", run: checkSignIn },
  { id: "user", title: "The connected user has access", needs: "sign-in", run: checkUser },
  {
    id: "rights",
    title: "The connected user has the privileges it needs",
    needs: "user",
    run: checkPrivileges,
  },
  { id: "accounts", title: "Accounts can be read", needs: "user", run: checkAccounts },
  { id: "metadata", title: "Columns can be read", needs: "user", run: checkColumns },
  { id: "secured-columns", title: "Secured columns", needs: "metadata", run: checkSecuredColumns },
  { id: "users", title: "Users can be read", needs: "user", run: checkUsers },
  { id: "views", title: "Views are visible", needs: "user", run: checkViews },
  { id: "clock", title: "The clocks agree", needs: "user", run: checkClock },
  { id: "secret-expiry", title: "The sign-in does not expire soon", run: checkSecretExpiry },
];

const ADMIN_CENTER = "In the Power Platform admin center, under the environment's";

async function checkAddress({ deps, environment, signal }: CheckContext): Promise<StepResult> {
  const { authority } = await resolveAddress(deps, environment.origin, signal);
  return ok(`${environment.host} answers, and has people sign in at ${new URL(authority).host}.`);
}

/** Codes of errors that do not say what Dynamics 365 thinks of the sign-in. */
const NO_ANSWER_CODES: ReadonlySet<string> = new Set([
  "unavailable",
  "throttled",
  "intermediary",
  "proxy-authentication",
  "environment-not-found",
  "environment-disabled",
]);

/**
 * Checks that the sign-in issues tokens. Whether Dynamics 365 admits the user is the next step's
 * result.
 */
async function checkSignIn(context: CheckContext): Promise<StepResult> {
  // A cached token would be accepted although the sign-in was revoked since.
  context.deps.tokens.invalidate();
  context.open = await openStoredConnection(context.deps, { signal: context.signal });
  try {
    context.identity = await context.open.client.whoAmI();
  } catch (error) {
    if (!(error instanceof DataverseError) || NO_ANSWER_CODES.has(error.code)) throw error;
    context.identity = error;
  }
  return ok("Microsoft Entra ID issues tokens, and Dynamics 365 accepts them.");
}

async function checkUser({ open, identity, environment }: CheckContext): Promise<StepResult> {
  if (identity instanceof DataverseError) throw identity;
  if (environment.organizationId !== null && identity?.organizationId !== environment.organizationId)
    return failed(
      "sluice",
      `${environment.host} belongs to another organisation than the one that was connected.`,
      "Connect Dynamics 365 again; accounts of the organisation before stay, but are not synced any more.",
    );
  const user = await open!.client.connectedUser();
  const name = user.address === "" ? user.fullName : `${user.fullName} (${user.address})`;
  if (user.disabled)
    return failed(
      "dynamics",
      `${name} is disabled in Dynamics 365.`,
      `${ADMIN_CENTER} "Users", enable it, or connect as somebody else.`,
    );
  if (user.accessMode === 1)
    return failed(
      "dynamics",
      `${name} has the access mode Administrative, which sees no accounts.`,
      `${ADMIN_CENTER} "Users", set its access mode to Read-Write, or connect as somebody else.`,
    );
  // Applications and non-interactive users need no licence.
  if (!user.licensed && !user.application && user.accessMode !== 4)
    return failed(
      "dynamics",
      `${name} has no licence for Dynamics 365.`,
      "In the Microsoft 365 admin center, assign it one, or connect as somebody else.",
    );
  return ok(`${name} is enabled${user.application ? "; an application needs no licence" : " and licensed"}.`);
}

async function checkPrivileges({ open, environment }: CheckContext): Promise<StepResult> {
  const { client } = open!;
  if (await client.isSystemAdministrator()) return ok("It is a System Administrator.");
  if (environment.signInBy === "delegated")
    return failed(
      "dynamics",
      `${environment.signedInAs} is not a System Administrator any more, neither directly nor through a team.`,
      `${ADMIN_CENTER} "Users", give it the security role "System Administrator", or log in as somebody who has it.`,
    );
  const gaps = await client.privilegeGaps();
  const lacks = describeGaps(gaps);
  if (lacks.length === 0) return ok("It has every privilege that is needed.");
  return failed(
    "dynamics",
    `The application lacks ${lacks.join(", ")}.`,
    `${ADMIN_CENTER} "Application users", give it a security role with ${[...gaps.missing, ...gaps.insufficientDepth].join(", ")} for the whole organisation.`,
  );
}

async function checkAccounts({ open }: CheckContext): Promise<StepResult> {
  const { count } = await open!.client.sample({ kind: "all" }, ["name"], 1);
  if (count === 0)
    return warning(
      "dynamics",
      "No active account is visible to the connected user.",
      "Check that accounts exist, and that its security role reads accounts of the whole organisation.",
    );
  if (count === null) return ok("More than 5,000 active accounts.");
  return ok(count === 1 ? "1 active account." : `${count.toLocaleString("en")} active accounts.`);
}

async function checkColumns(context: CheckContext): Promise<StepResult> {
  context.columns = await context.open!.client.accountColumns();
  const known = new Set(context.columns.map(({ logicalName }) => logicalName));
  const missing = mappedNames(context.connection).filter((name) => !known.has(name));
  if (missing.length > 0) {
    const { howToResolve } = issueKinds["field-not-found"];
    return warning("sluice", `Mapped, and not there any more: ${missing.join(", ")}.`, howToResolve);
  }
  const language = context.connection.settings?.labelLanguage;
  if (language !== undefined && !(await context.open!.client.provisionedLanguages()).includes(language))
    return warning(
      "sluice",
      `Labels are to be in ${languageName(language)}, which Dynamics 365 does not have; they are in its base language.`,
      "Choose another language for labels with the mapped fields.",
    );
  return ok(`${context.columns.length} columns of accounts.`);
}

async function checkSecuredColumns({ columns = [], connection }: CheckContext): Promise<StepResult> {
  const unreadable = columns.filter(({ readable }) => !readable).map(({ logicalName }) => logicalName);
  const mapped = mappedNames(connection).filter((name) => unreadable.includes(name));
  if (mapped.length > 0)
    return warning(
      "dynamics",
      `Mapped, secured, and not readable for the connected user: ${mapped.join(", ")}.`,
      issueKinds["field-not-readable"].howToResolve,
    );
  return ok(
    unreadable.length === 0
      ? "None is hidden from the connected user."
      : `Hidden from the connected user, and not mapped: ${unreadable.join(", ")}.`,
  );
}

async function checkUsers({ open }: CheckContext): Promise<StepResult> {
  const users = await open!.client.users();
  const enabled = users.filter(({ disabled }) => !disabled);
  if (enabled.some((user) => addressesOf(user).length > 0))
    return ok(`${enabled.length.toLocaleString("en")} enabled users, by whom owners are found.`);
  return warning(
    "dynamics",
    "No enabled user with an e-mail address or such a sign-in name is visible, so no owner can become a teammate.",
    "Give the connected user a security role that reads users of the whole organisation.",
  );
}

async function checkViews({ open, connection, environment }: CheckContext): Promise<StepResult> {
  const views = await open!.client.views();
  const selection = connection.settings?.selection;
  if (selection?.kind === "view" && !views.some(({ id, name }) => [id, name].includes(selection.view)))
    return failed(
      "sluice",
      `The view that selects the accounts, "${connection.selectionName ?? selection.view}", is not visible to the connected user.`,
      issueKinds["view-not-found"].howToResolve,
    );
  const personal = views.filter(({ kind }) => kind === "personal").length;
  const finding = `${personal} personal and ${views.length - personal} system views of accounts.`;
  return ok(
    environment.signInBy === "app-only"
      ? `${finding} An application sees personal views only if shared with it.`
      : finding,
  );
}

/**
 * Tokens are refused if clocks differ by more (Microsoft Learn, "Access tokens": five minutes of
 * skew).
 */
const MAX_CLOCK_SKEW_MS = 5 * 60_000;

async function checkClock({ open, deps }: CheckContext): Promise<StepResult> {
  const serverTime = await open!.client.serverTime();
  if (serverTime === undefined) return ok("Dynamics 365 did not send its time.");
  const skewMs = deps.clock.now().getTime() - serverTime.getTime();
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  if (Math.abs(skewMs) <= MAX_CLOCK_SKEW_MS) return ok(`They differ by ${seconds} s.`);
  return warning(
    "sluice",
    `The clock of this server is ${duration(seconds)} ${skewMs > 0 ? "ahead of" : "behind"} Dynamics 365's.`,
    "Have the operator set the server's clock by a time service (NTP).",
  );
}

function duration(seconds: number): string {
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} minutes`;
  return seconds < 48 * 3600 ? `${Math.round(seconds / 3600)} hours` : `${Math.round(seconds / 86_400)} days`;
}

async function checkSecretExpiry({ environment, deps }: CheckContext): Promise<StepResult> {
  if (environment.signInBy === "delegated")
    return ok("A log-in lasts as long as it is used: it ends when 90 days pass without a sync.");
  const { secretExpiresAt } = environment;
  if (secretExpiresAt === null) return ok("The expiry date of the client secret was not entered.");
  const day = secretExpiresAt.toISOString().slice(0, 10);
  const days = (secretExpiresAt.getTime() - deps.clock.now().getTime()) / DAY_MS;
  const fix =
    'Make a new secret in the app registration, under "Certificates & secrets", and connect with it.';
  if (days <= 0) return failed("sluice", `The client secret expired on ${day}.`, fix);
  if (days <= SECRET_WARNING_DAYS) return warning("sluice", `The client secret expires on ${day}.`, fix);
  return ok(`The client secret is valid until ${day}.`);
}

function mappedNames({ settings }: Connection): string[] {
  return settings === null ? [] : [...mappedColumns(settings.mapping)];
}
