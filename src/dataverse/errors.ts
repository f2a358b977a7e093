// What can go wrong with Dynamics 365, as errors that carry Dataverse's code for support and a sentence for the admin.
// Codes: Microsoft Learn, "Web service error codes" (data-service-error-codes). The catcher chooses by `kind`.

export type DataverseErrorKind =
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
  | "throttled"
  | "unavailable"
  | "refused"
  | "protocol";

export interface DataverseErrorFacts {
  /** The HTTP status, 0 if there was no answer. */
  readonly status?: number;
  /** Dataverse's code, for example "0x80041103"; empty if it gave none. */
  readonly code?: string;
  /** What Microsoft's support asks for. */
  readonly requestId?: string | undefined;
  /** The column, privilege or view it is about. */
  readonly subject?: string | undefined;
  /** Of a column: the table that lacks it. */
  readonly table?: string | undefined;
  /** Dataverse's own words, shortened. */
  readonly serverText?: string | undefined;
}

export class DataverseError extends Error {
  override readonly name: string = "DataverseError";
  readonly kind: DataverseErrorKind;
  readonly status: number;
  readonly code: string;
  readonly requestId?: string;
  readonly subject?: string;
  readonly table?: string;
  readonly serverText: string;

  constructor(
    kind: DataverseErrorKind,
    sentence: string,
    facts: DataverseErrorFacts = {},
    options?: ErrorOptions,
  ) {
    super(sentence, options);
    this.kind = kind;
    this.status = facts.status ?? 0;
    this.code = facts.code ?? "";
    if (facts.requestId !== undefined) this.requestId = facts.requestId;
    if (facts.subject !== undefined) this.subject = facts.subject;
    if (facts.table !== undefined) this.table = facts.table;
    this.serverText = facts.serverText ?? "";
  }

  /** For the admin: what happened, to what, what to do. */
  get sentence(): string {
    return this.message;
  }
}

/** The other side does not keep to the protocol, or tries to lead a token elsewhere. */
export class ProtocolError extends DataverseError {
  override readonly name = "ProtocolError";

  constructor(sentence: string, facts: DataverseErrorFacts = {}, options?: ErrorOptions) {
    super("protocol", sentence, facts, options);
  }
}

export type SignInCategory = "reconnect" | "configuration" | "retry" | "blocked";

/** Microsoft Entra ID gave no token, or Dynamics 365 does not take the one it gave. */
export class SignInError extends Error {
  override readonly name = "SignInError";
  /** For example "AADSTS7000215"; Entra's OAuth error if it gave no number; empty if neither. */
  readonly code: string;
  readonly category: SignInCategory;
  /** What to do, without what happened. */
  readonly whatToDo: string;

  constructor(
    category: SignInCategory,
    facts: { readonly code: string; readonly sentence: string; readonly whatToDo: string },
    options?: ErrorOptions,
  ) {
    super(`${facts.sentence} ${facts.whatToDo}`, options);
    this.category = category;
    this.code = facts.code;
    this.whatToDo = facts.whatToDo;
  }

  /** As DataverseError has one: "sign-in-reconnect", "sign-in-blocked" … */
  get kind(): string {
    return `sign-in-${this.category}`;
  }

  get sentence(): string {
    return this.message;
  }
}

export interface ErrorAnswer {
  readonly status: number;
  readonly code: string;
  /** Dataverse's own words. */
  readonly message: string;
  readonly requestId?: string | undefined;
}

interface CodeMeaning {
  readonly kind: DataverseErrorKind;
  readonly sentence: (answer: ErrorAnswer) => string;
  readonly about?: (message: string) => { subject?: string | undefined; table?: string | undefined };
}

const ADMIN_CENTER = 'In the Power Platform admin center, under the environment\'s "Users",';

const ACCESS_DENIED: CodeMeaning = {
  kind: "access-denied",
  sentence: () =>
    "Dynamics 365 denies the connected user access. Ask a System Administrator to check its security roles.",
};
const PRIVILEGE: CodeMeaning = {
  kind: "missing-privilege",
  about: (message) => ({ subject: privilegeNamed(message) }),
  sentence: ({ message }) => {
    const name = privilegeNamed(message);
    return (
      `The connected user lacks ${name === undefined ? "a privilege" : `the privilege ${name}`} in Dynamics 365. ` +
      `Ask a System Administrator to give it a security role that contains ${name ?? "it"}.`
    );
  },
};
const NO_COLUMN: CodeMeaning = {
  kind: "column-not-found",
  about: columnNamed,
  sentence: ({ message }) => {
    const { subject, table } = columnNamed(message);
    return (
      `Dynamics 365 has no column ${subject === undefined ? "of a name that was asked for" : `"${subject}"`} in the ` +
      `table ${table ?? "account"}; it was probably deleted. Take it out of the mapping or choose another one.`
    );
  },
};

const BY_CODE: Readonly<Record<string, CodeMeaning>> = {
  "0x80040220": PRIVILEGE,
  "0x80040231": PRIVILEGE,
  "0x80048405": ACCESS_DENIED,
  "0x80040225": {
    kind: "user-disabled",
    sentence: () =>
      `The connected user is disabled in Dynamics 365. ${ADMIN_CENTER} enable it or connect another user.`,
  },
  "0x80042f09": {
    kind: "no-roles",
    sentence: () =>
      `The connected user has no security role in this environment. ${ADMIN_CENTER} give it one, then check the ` +
      "connection again.",
  },
  "0x80072560": {
    kind: "not-a-member",
    sentence: () =>
      `The connected user or app is not a user of this environment. ${ADMIN_CENTER} add it (an app under "Application ` +
      'users") and give it a security role.',
  },
  "0x8004d24b": {
    kind: "no-licence",
    sentence: () =>
      "The connected user has no licence for Dynamics 365. Assign one in the Microsoft 365 admin center or connect " +
      "another user.",
  },
  "0x8004a113": {
    kind: "administration-mode",
    sentence: () =>
      "The environment is in administration mode, so only administrators get in. Wait until it is switched off in the " +
      "Power Platform admin center.",
  },
  "0x80040217": {
    kind: "record-not-found",
    sentence: () => "Dynamics 365 has no such record, or the connected user cannot see it.",
  },
  "0x80041103": NO_COLUMN,
  "0x8004f506": {
    kind: "refused",
    sentence: () =>
      "A filter uses a secured column that the connected user may not read. Give the user a field security profile " +
      "that allows it, or choose another view.",
  },
};

function privilegeNamed(message: string): string | undefined {
  return /missing (prv\w+) privilege/i.exec(message)?.[1];
}

// The two texts in which a missing column is told: by OData and by FetchXML.
function columnNamed(message: string): { subject?: string | undefined; table?: string | undefined } {
  const odata = /property named '([^']+)' on type 'Microsoft\.Dynamics\.CRM\.([^']+)'/.exec(message);
  if (odata) return { subject: odata[1], table: odata[2] };
  const fetchXml = /'([^']+)' entity doesn't contain attribute with Name = '([^']+)'/.exec(message);
  return { subject: fetchXml?.[2], table: fetchXml?.[1] };
}

/** The error for an answer that is not to be retried. */
export function dataverseErrorOf(answer: ErrorAnswer, cause?: unknown): DataverseError {
  const serverText = shorten(answer.message);
  const facts = { status: answer.status, code: answer.code, requestId: answer.requestId, serverText };
  const options = cause === undefined ? undefined : { cause };
  const meaning = meaningOf(answer);
  if (meaning !== undefined) {
    const about = meaning.about?.(answer.message);
    return new DataverseError(meaning.kind, meaning.sentence(answer), { ...facts, ...about }, options);
  }
  const words = serverText === "" ? "" : ` It says: "${serverText}"`;
  return new DataverseError(
    "refused",
    `Dynamics 365 refused a request (${[`HTTP ${answer.status}`, answer.code].filter(Boolean).join(", ")}).${words} ` +
      `If it happens again, give Microsoft support the request id ${answer.requestId ?? "from the log"}.`,
    facts,
    options,
  );
}

function meaningOf(answer: ErrorAnswer): CodeMeaning | undefined {
  // The same code says many things about a URL; only this text is about a column.
  if (answer.code === "0x80060888" && answer.message.includes("Could not find a property named"))
    return NO_COLUMN;
  return BY_CODE[answer.code.toLowerCase()] ?? (answer.status === 403 ? ACCESS_DENIED : undefined);
}

export function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
