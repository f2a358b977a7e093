// Errors of Dynamics 365, with Dataverse's code for support and a sentence for the admin.
// Dataverse's codes: Microsoft Learn, "Web service error codes" (data-service-error-codes). Callers
// decide by our own `code`.
import { UserError, type UserErrorOptions } from "../../lib/user-error.ts";
import { displayable } from "./quoted-text.ts";

export type DataverseErrorCode =
  | "view-not-found"
  | "view-broken"
  | "column-not-found"
  | "record-not-found"
  | "missing-privilege"
  | "access-denied"
  | "user-disabled"
  | "no-roles"
  | "no-licence"
  | "not-a-member"
  | "administration-mode"
  | "ip-blocked"
  | "environment-disabled"
  | "environment-not-found"
  | "intermediary"
  | "proxy-authentication"
  | "query-too-long"
  | "throttled"
  | "unavailable"
  | "refused"
  | "protocol";

export interface DataverseErrorFacts {
  /** The HTTP status; 0 if there was no response. */
  readonly status?: number;
  /** Dataverse's code, for example "0x80041103"; empty if it gave none. */
  readonly serverCode?: string;
  /** The request id that Microsoft's support asks for. */
  readonly requestId?: string | undefined;
  /** The column, privilege or view that the error is about. */
  readonly subject?: string | undefined;
  /** The table that lacks the column. */
  readonly table?: string | undefined;
  /** Dataverse's message, shortened. */
  readonly serverText?: string | undefined;
}

export class DataverseError extends UserError<DataverseErrorCode> {
  override readonly name: string = "DataverseError";
  readonly status: number;
  readonly serverCode: string;
  readonly requestId?: string;
  readonly subject?: string;
  readonly table?: string;
  readonly serverText: string;

  constructor(
    code: DataverseErrorCode,
    finding: string,
    facts: DataverseErrorFacts = {},
    options: UserErrorOptions = {},
  ) {
    super(code, finding, options);
    this.status = facts.status ?? 0;
    this.serverCode = facts.serverCode ?? "";
    if (facts.requestId !== undefined) this.requestId = facts.requestId;
    if (facts.subject !== undefined) this.subject = facts.subject;
    if (facts.table !== undefined) this.table = facts.table;
    this.serverText = facts.serverText ?? "";
  }
}

/** The server violates the protocol, or would have a token sent elsewhere. */
export class ProtocolError extends DataverseError {
  override readonly name = "ProtocolError";

  constructor(finding: string, facts: DataverseErrorFacts = {}, options: UserErrorOptions = {}) {
    super("protocol", finding, facts, options);
  }
}

export type SignInCategory = "reconnect" | "configuration" | "retry" | "blocked";
export type SignInErrorCode = `sign-in-${SignInCategory}`;

/** Microsoft Entra ID issued no token, or Dynamics 365 rejects the one it issued. */
export class SignInError extends UserError<SignInErrorCode> {
  override readonly name = "SignInError";
  readonly category: SignInCategory;
  /** For example "AADSTS7000215"; Entra's OAuth error if there is no number; empty if neither. */
  readonly serverCode: string;

  constructor(
    category: SignInCategory,
    finding: string,
    { serverCode = "", ...options }: UserErrorOptions & { readonly serverCode?: string } = {},
  ) {
    super(`sign-in-${category}`, finding, options);
    this.category = category;
    this.serverCode = serverCode;
  }
}

export interface ErrorResponse {
  readonly status: number;
  readonly serverCode: string;
  /** Dataverse's message. */
  readonly message: string;
  readonly requestId?: string | undefined;
}

interface ErrorMeaning {
  readonly code: DataverseErrorCode;
  readonly explain: (response: ErrorResponse) => { readonly finding: string; readonly fix?: string };
  readonly subjectOf?: (message: string) => { subject?: string | undefined; table?: string | undefined };
}

const ADMIN_CENTER = 'In the Power Platform admin center, under the environment\'s "Users",';

const ENVIRONMENT_DISABLED: ErrorMeaning = {
  code: "environment-disabled",
  explain: () => ({
    finding: "The environment is disabled.",
    fix: "Have it enabled in the Power Platform admin center, or connect another one.",
  }),
};
const QUERY_TOO_LONG: ErrorMeaning = {
  code: "query-too-long",
  explain: () => ({
    finding: "The query is too long for Dynamics 365.",
    fix: "Map fewer columns, or choose a view that lists fewer values in its filter.",
  }),
};
const ACCESS_DENIED: ErrorMeaning = {
  code: "access-denied",
  explain: () => ({
    finding: "Dynamics 365 denies the connected user access.",
    fix: "Ask a System Administrator to check its security roles.",
  }),
};
const MISSING_PRIVILEGE: ErrorMeaning = {
  code: "missing-privilege",
  subjectOf: (message) => ({ subject: privilegeIn(message) }),
  explain: ({ message }) => {
    const name = privilegeIn(message);
    return {
      finding: `The connected user lacks ${name === undefined ? "a privilege" : `the privilege ${name}`} in Dynamics 365.`,
      fix: `Ask a System Administrator to give it a security role that contains ${name ?? "it"}.`,
    };
  },
};
const COLUMN_NOT_FOUND: ErrorMeaning = {
  code: "column-not-found",
  subjectOf: columnIn,
  explain: ({ message }) => {
    const { subject, table } = columnIn(message);
    return {
      finding:
        `Dynamics 365 has no column ${subject === undefined ? "with the requested name" : `"${subject}"`} in the ` +
        `table ${table ?? "account"}; it was probably deleted.`,
      fix: "Take it out of the mapping or choose another one.",
    };
  },
};

const BY_SERVER_CODE: Readonly<Record<string, ErrorMeaning>> = {
  "0x80040220": MISSING_PRIVILEGE,
  "0x80040231": MISSING_PRIVILEGE,
  "0x80048405": ACCESS_DENIED,
  "0x80040225": {
    code: "user-disabled",
    explain: () => ({
      finding: "The connected user is disabled in Dynamics 365.",
      fix: `${ADMIN_CENTER} enable it or connect another user.`,
    }),
  },
  "0x80042f09": {
    code: "no-roles",
    explain: () => ({
      finding: "The connected user has no security role in this environment.",
      fix: `${ADMIN_CENTER} give it one, then check the connection again.`,
    }),
  },
  "0x80072560": {
    code: "not-a-member",
    explain: () => ({
      finding: "The connected user or app is not a user of this environment.",
      fix: `${ADMIN_CENTER} add it (an app under "Application users") and give it a security role.`,
    }),
  },
  "0x8004d24b": {
    code: "no-licence",
    explain: () => ({
      finding: "The connected user has no licence for Dynamics 365.",
      fix: "Assign one in the Microsoft 365 admin center or connect another user.",
    }),
  },
  "0x8004a113": {
    code: "administration-mode",
    explain: () => ({
      finding: "The environment is in administration mode, so only administrators get in.",
      fix: "Wait until it is switched off in the Power Platform admin center.",
    }),
  },
  "0x8004a104": ENVIRONMENT_DISABLED,
  "0x80095ffe": {
    code: "ip-blocked",
    explain: () => ({
      finding: "The environment's IP firewall blocks the address of this server.",
      fix: 'In the Power Platform admin center, under the environment\'s "Settings", "Privacy + Security", allow the address from which this server reaches the internet.',
    }),
  },
  "0x80040217": {
    code: "record-not-found",
    explain: () => ({
      finding: "Dynamics 365 has no such record, or the connected user cannot see it.",
    }),
  },
  "0x80041103": COLUMN_NOT_FOUND,
  "0x8004f506": {
    code: "refused",
    explain: () => ({
      finding: "A filter uses a secured column that the connected user may not read.",
      fix: "Give the user a field security profile that allows it, or choose another view.",
    }),
  },
};

function privilegeIn(message: string): string | undefined {
  return /missing (prv\w+) privilege/i.exec(message)?.[1];
}

// A missing column is reported by two texts, one of OData and one of FetchXML.
function columnIn(message: string): { subject?: string | undefined; table?: string | undefined } {
  const odata = /property named '([^']+)' on type 'Microsoft\.Dynamics\.CRM\.([^']+)'/.exec(message);
  if (odata) return { subject: odata[1], table: odata[2] };
  const fetchXml = /'([^']+)' entity doesn't contain attribute with Name = '([^']+)'/.exec(message);
  return { subject: fetchXml?.[2], table: fetchXml?.[1] };
}

/** The error of a response that is not to be retried. */
export function dataverseErrorOf(response: ErrorResponse): DataverseError {
  const { status, serverCode, requestId } = response;
  const serverText = shorten(response.message);
  const facts = { status, serverCode, requestId, serverText };
  const meaning = meaningOf(response);
  const quote = serverText === "" ? "" : ` Dynamics 365 says: "${serverText}"`;
  if (meaning !== undefined) {
    const { finding, fix } = meaning.explain(response);
    const subject = meaning.subjectOf?.(response.message);
    // Refusals have many causes; Dynamics' own words may say more than ours.
    const words =
      status === 403 && quote !== "" ? `${quote}${serverCode === "" ? "" : ` (${serverCode})`}.` : "";
    return new DataverseError(meaning.code, finding + words, { ...facts, ...subject }, { fix });
  }
  return new DataverseError(
    "refused",
    `Dynamics 365 refused a request (${[`HTTP ${status}`, serverCode].filter(Boolean).join(", ")}).${quote}`,
    facts,
    {
      fix: `If it happens again, give Microsoft support the request id ${requestId ?? "from the log"}.`,
    },
  );
}

function meaningOf(response: ErrorResponse): ErrorMeaning | undefined {
  // This code has many meanings; only this text is about a column.
  if (response.serverCode === "0x80060888" && response.message.includes("Could not find a property named"))
    return COLUMN_NOT_FOUND;
  // A URL in a batch is limited by .NET, which says so with different statuses and codes.
  if (/\bUri string is too long\b/i.test(response.message)) return QUERY_TOO_LONG;
  const known = BY_SERVER_CODE[response.serverCode.toLowerCase()];
  if (known !== undefined) return known;
  // Some of the codes that say so are documented nowhere.
  if (/\borganization\b.{0,60} is (currently )?disabled/i.test(response.message)) return ENVIRONMENT_DISABLED;
  return response.status === 403 ? ACCESS_DENIED : undefined;
}

export function shorten(text: string): string {
  const line = displayable(text);
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
