// Errors as HTTP: the one place where what was thrown becomes a status, a code and a sentence. What is not known here
// gets a neutral sentence, since its own text may hold anything.
import type { AccessFault } from "../access/access-error.ts";
import { AccessError } from "../access/access-error.ts";
import { isDatabaseAway, isStatementTimeout } from "../db/away.ts";
import type { Refusal } from "./contract/route.ts";
import { ApiError } from "./implement.ts";

export type Refused = { readonly status: number; readonly error: Omit<Refusal["error"], "requestId"> };

const ACCESS_STATUS: Record<AccessFault, number> = {
  wrong: 400,
  "not-allowed": 403,
  "not-found": 404,
  expired: 410,
  "too-many": 429,
  taken: 409,
};

/**
 * Errors of the rooms behind the routes, by the name that each class carries; their messages are sentences. By name,
 * since this room knows nothing of Dynamics 365; test/api/refusals.test.ts holds the names against the classes.
 */
const STATUS_BY_NAME: Readonly<Record<string, number>> = {
  AccountError: 400,
  CustomFieldError: 409,
  RunError: 409,
  LeaseError: 409,
  AttentionError: 409,
  TooManyAccountsError: 409,
  AddressError: 400,
  ConnectionError: 409,
  SealError: 409,
  ConnectionFileError: 409,
  SelfRunningError: 400,
  DataverseError: 502,
  ProtocolError: 502,
  SignInError: 502,
};

/**
 * Of Dynamics 365 and Microsoft Entra ID, what does not pass by itself: an admin has to put the connection right. No 502,
 * since servers in front of this one replace the pages of those with their own.
 */
const FOR_AN_ADMIN: ReadonlySet<string> = new Set([
  "view-not-found",
  "view-broken",
  "column-not-found",
  "missing-privilege",
  "access-denied",
  "user-disabled",
  "no-roles",
  "no-licence",
  "not-a-member",
  "sign-in-reconnect",
  "sign-in-configuration",
  "sign-in-blocked",
]);

/** Of fastify itself, by its code. */
const FASTIFY: Readonly<Record<string, readonly [status: number, code: string, sentence: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [413, "too-large", "What was sent is larger than 1 MB. Send less at once."],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    415,
    "not-json",
    "What was sent is not JSON. Send it as application/json.",
  ],
  FST_ERR_CTP_EMPTY_JSON_BODY: [
    400,
    "not-json",
    "The request says that it carries JSON, but carries nothing. Leave its content type out.",
  ],
  FST_ERR_CTP_INVALID_JSON_BODY: [
    400,
    "not-json",
    "What was sent is not readable as JSON. Check its brackets and quotes.",
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    400,
    "torn",
    "The request arrived with another length than it announced. Send it again.",
  ],
};

export function refusalOf(error: unknown): Refused {
  if (error instanceof ApiError) {
    const { status, code, message: sentence, field } = error;
    return { status, error: { code, sentence, ...(field !== undefined && { field }) } };
  }
  if (error instanceof AccessError) {
    const { fault, message: sentence, field } = error;
    return {
      status: ACCESS_STATUS[fault],
      error: { code: fault, sentence, ...(field !== undefined && { field }) },
    };
  }
  if (!(error instanceof Error)) return UNKNOWN;
  return ofDatabase(error) ?? knownByName(error) ?? ofFastify(error) ?? UNKNOWN;
}

/** No 503, at which a browser would ask the same again. */
const SLOW_QUERY: Refused = {
  status: 500,
  error: {
    code: "slow-query",
    sentence:
      "The database took longer than a request is given (SLUICE_QUERY_SECONDS). Narrow what you look for, or try again later.",
  },
};
const DATABASE_AWAY: Refused = {
  status: 503,
  error: {
    code: "database-away",
    sentence: "The database does not answer just now, or is busy with other requests. Try again in a moment.",
  },
};

function ofDatabase(error: Error): Refused | undefined {
  if (isStatementTimeout(error)) return SLOW_QUERY;
  return isDatabaseAway(error) ? DATABASE_AWAY : undefined;
}

const UNKNOWN: Refused = {
  status: 500,
  error: {
    code: "unexpected",
    sentence:
      "Something went wrong on our side. Try again; if it stays, give the operator the request id: the log tells more.",
  },
};

function knownByName(error: Error): Refused | undefined {
  const status = STATUS_BY_NAME[error.name];
  if (status === undefined) return undefined;
  const { kind, field } = facts(error);
  return {
    status: status === 502 && kind !== undefined && FOR_AN_ADMIN.has(kind) ? 409 : status,
    error: {
      code: kind ?? kebab(error.name),
      sentence: error.message,
      ...(field !== undefined && { field }),
    },
  };
}

/** What some of them carry: their kind, and the part of the input they are about. */
function facts(error: Error): { kind: string | undefined; field: string | undefined } {
  return {
    kind: "kind" in error && typeof error.kind === "string" ? error.kind : undefined,
    field: "field" in error && typeof error.field === "string" ? error.field : undefined,
  };
}

/** "LeaseError" → "lease". */
function kebab(name: string): string {
  return name
    .replace(/Error$/, "")
    .replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`)
    .toLowerCase();
}

function ofFastify(error: Error): Refused | undefined {
  if (!("code" in error) || typeof error.code !== "string") return undefined;
  const known = FASTIFY[error.code];
  if (known) return { status: known[0], error: { code: known[1], sentence: known[2] } };
  // A malformed address, a header that is too long …: the caller's fault, in fastify's words.
  const status = "statusCode" in error ? Number(error.statusCode) : 500;
  const isCallers = error.code.startsWith("FST_") && status >= 400 && status < 500;
  if (!isCallers) return undefined;
  return {
    status,
    error: { code: "bad-request", sentence: "The request is malformed. Check its address and headers." },
  };
}
