// Maps everything that can be thrown to an HTTP status, a code and a sentence. An unknown error
// gets a neutral sentence, because its own text may hold anything.
import { isDatabaseUnavailable, isStatementTimeout } from "../db/errors.ts";
import { UserError } from "../lib/user-error.ts";
import type { ErrorAnswer } from "./contract/route.ts";
import { ApiError } from "./implement.ts";

export type HttpError = { readonly status: number; readonly error: Omit<ErrorAnswer["error"], "requestId"> };

/** Default status: something prevents what was asked for, until somebody corrects it. */
const CONFLICT = 409;

/** Statuses by an error's code, if it is not 409. */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  // The input is invalid.
  account: 400,
  cursor: 400,
  "schedule-settings": 400,
  // The address is not one of Dynamics 365, or nothing answers there.
  empty: 400,
  garbage: 400,
  "not-https": 400,
  "ip-address": 400,
  credentials: 400,
  "self-hosted": 400,
  "business-central": 400,
  "finance-operations": 400,
  "maker-portal": 400,
  "power-pages": 400,
  "closed-cloud": 400,
  "no-organisation": 400,
  unreachable: 400,
  "environment-not-found": 400,
  // The caller has no access, or no longer.
  wrong: 400,
  "not-allowed": 403,
  "not-found": 404,
  expired: 410,
  "too-many": 429,
  // Dynamics 365 or Microsoft Entra ID fails, and it either recovers by itself or nobody here can do
  // anything. What an admin has to correct is no 502, because reverse proxies replace the pages of
  // 502 with their own.
  "record-not-found": 502,
  "administration-mode": 502,
  throttled: 502,
  unavailable: 502,
  refused: 502,
  protocol: 502,
  "sign-in-retry": 502,
};

/** Fastify's own errors by their code. */
const FASTIFY_ERRORS: Readonly<Record<string, readonly [status: number, code: string, sentence: string]>> = {
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

export function toHttpError(error: unknown): HttpError {
  if (error instanceof ApiError) {
    const { status, code, message: sentence, field } = error;
    return { status, error: { code, sentence, ...(field !== undefined && { field }) } };
  }
  if (error instanceof UserError) {
    const { code, message: sentence, field } = error;
    return {
      status: STATUS_BY_CODE[code] ?? CONFLICT,
      error: { code, sentence, ...(field !== undefined && { field }) },
    };
  }
  if (!(error instanceof Error)) return UNKNOWN;
  return fromDatabaseError(error) ?? fromFastifyError(error) ?? UNKNOWN;
}

/** The status is not 503, after which a browser would send the same request again. */
const SLOW_QUERY: HttpError = {
  status: 500,
  error: {
    code: "slow-query",
    sentence:
      "The database took longer than a request is given (SLUICE_QUERY_SECONDS). Narrow what you look for, or try again later.",
  },
};
const DATABASE_UNAVAILABLE: HttpError = {
  status: 503,
  error: {
    code: "database-away",
    sentence: "The database does not answer just now, or is busy with other requests. Try again in a moment.",
  },
};

function fromDatabaseError(error: Error): HttpError | undefined {
  if (isStatementTimeout(error)) return SLOW_QUERY;
  return isDatabaseUnavailable(error) ? DATABASE_UNAVAILABLE : undefined;
}

const UNKNOWN: HttpError = {
  status: 500,
  error: {
    code: "unexpected",
    sentence:
      "Something went wrong on our side. Try again; if it stays, give the operator the request id: the log tells more.",
  },
};

function fromFastifyError(error: Error): HttpError | undefined {
  if (!("code" in error) || typeof error.code !== "string") return undefined;
  const known = FASTIFY_ERRORS[error.code];
  if (known) return { status: known[0], error: { code: known[1], sentence: known[2] } };
  // Other client errors, such as a malformed address or a header that is too long.
  const status = "statusCode" in error ? Number(error.statusCode) : 500;
  const isClientError = error.code.startsWith("FST_") && status >= 400 && status < 500;
  if (!isClientError) return undefined;
  return {
    status,
    error: { code: "bad-request", sentence: "The request is malformed. Check its address and headers." },
  };
}
