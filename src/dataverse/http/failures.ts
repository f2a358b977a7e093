// Classifies a failed request: whether it may be retried, and the error for the admin if it may not
// or if the retries failed.
import { z } from "zod";
import { headerValues, type HttpError, type HttpErrorKind, type HttpResponse } from "../../lib/http.ts";
import { classifyStatus } from "../../lib/retry-timing.ts";
import type { FailureClass } from "../../lib/retry-timing.ts";
import { explainAnswer, explainNoAnswer, type Explanation, type RequestFacts } from "./intermediary.ts";
import { parseJson, requestIdOf } from "./json-body.ts";
import type { IncompleteBody } from "./json-body.ts";
import { DataverseError, SignInError, dataverseErrorOf } from "./errors.ts";
import type { ErrorResponse } from "./errors.ts";
import { isWebPage, withoutSecrets } from "./quoted-text.ts";

export interface Failure {
  readonly failureClass: FailureClass | "token" | "not-a-member-yet" | "url-too-long";
  readonly retryAfter?: string | undefined;
  readonly error: Error;
}

// This code comes with various HTTP statuses.
const SQL_TIMEOUT = "0x80044151";

/** The failure of a response that is not 2xx. */
export function failureOf(response: HttpResponse, request: RequestFacts): Failure {
  const errorResponse = errorResponseOf(response, request.secrets);
  const retryAfter = String(response.headers["retry-after"] ?? "");
  if (errorResponse === undefined) return foreignFailure(response, request, retryAfter);
  if (response.status === 401) return { failureClass: "token", error: tokenRefused(errorResponse) };
  const error = dataverseErrorOf(errorResponse);
  if (error.code === "not-a-member") return { failureClass: "not-a-member-yet", error };
  if (error.code === "query-too-long") return { failureClass: "permanent", error };
  if (errorResponse.serverCode.toLowerCase() === SQL_TIMEOUT)
    return { failureClass: "transient", error: sqlTimeout(errorResponse) };
  const failureClass = classifyStatus(response.status);
  if (failureClass === "permanent" || PERSISTENT_CODES.has(error.code))
    return { failureClass, retryAfter, error };
  return { failureClass, retryAfter, error: retriesExhausted(errorResponse) };
}

/** Errors that say more than that retries were in vain. */
const PERSISTENT_CODES: ReadonlySet<string> = new Set(["administration-mode", "environment-disabled"]);

/** The failure of a response that is not from Dataverse itself. */
function foreignFailure(response: HttpResponse, request: RequestFacts, retryAfter: string): Failure {
  const explanation = explainAnswer(response, request);
  return {
    failureClass: classifyStatus(response.status),
    retryAfter,
    error: explainedError(explanation, response),
  };
}

export function explainedError({ code, finding, fix }: Explanation, response?: HttpResponse): DataverseError {
  const requestId = response && requestIdOf(response);
  return new DataverseError(code, finding, { status: response?.status ?? 0, requestId }, { fix });
}

/** A web page with a status of success: whatever stands in between may go away. */
export function webPageFailure(response: HttpResponse, request: RequestFacts): Failure {
  const { finding, fix } = explainAnswer(response, request);
  return {
    failureClass: "transient",
    error: explainedError({ code: "unavailable", finding, fix }, response),
  };
}

function tokenRefused(errorResponse: ErrorResponse): SignInError {
  return new SignInError(
    "reconnect",
    "Dynamics 365 does not accept the sign-in any more, although it was just renewed.",
    {
      serverCode: errorResponse.serverCode,
      fix: "Connect Dynamics 365 again; check that the address is of the environment that was signed in to.",
      cause: dataverseErrorOf(errorResponse),
    },
  );
}

function retriesExhausted(errorResponse: ErrorResponse): DataverseError {
  if (errorResponse.status === 429)
    return new DataverseError(
      "throttled",
      "Dynamics 365 has been asking for more than an hour to slow down (service protection limits).",
      errorResponse,
      {
        fix: "Another program probably uses the same user; run the sync at another time or give it a user of its own.",
        cause: dataverseErrorOf(errorResponse),
      },
    );
  return new DataverseError(
    "unavailable",
    `Dynamics 365 has not been available (HTTP ${errorResponse.status}); it may be under maintenance.`,
    errorResponse,
    { fix: "Try again later.", cause: dataverseErrorOf(errorResponse) },
  );
}

function sqlTimeout(errorResponse: ErrorResponse): DataverseError {
  return new DataverseError(
    "unavailable",
    "Dynamics 365 could not finish a query within the two minutes it allows itself.",
    errorResponse,
    { fix: "Map fewer columns or choose a simpler view.", cause: dataverseErrorOf(errorResponse) },
  );
}

export function incompleteBodyFailure(error: IncompleteBody, response: HttpResponse | undefined): Failure {
  const finding = "Dynamics 365 sent an incomplete response.";
  const facts = { status: response?.status ?? 0, requestId: response && requestIdOf(response) };
  const options = { fix: "Try again later.", cause: error };
  return { failureClass: "transient", error: new DataverseError("unavailable", finding, facts, options) };
}

/**
 * A host name that is not found counts as transient, because this environment was reached before.
 */
const PERMANENT_ERRORS: ReadonlySet<HttpErrorKind> = new Set(["too-large", "tls", "closed"]);

export function connectionFailure(error: HttpError, request: RequestFacts): Failure {
  const { code, finding, fix } = explainNoAnswer(error, request);
  return {
    failureClass: failureClassOf(error),
    error: new DataverseError(code, finding, {}, { fix, cause: error }),
  };
}

function failureClassOf({ kind, proxyStatus }: HttpError): FailureClass {
  if (proxyStatus !== undefined) return classifyStatus(proxyStatus);
  return PERMANENT_ERRORS.has(kind) ? "permanent" : "transient";
}

const ErrorBody = z.object({
  error: z.object({ code: z.string().catch(""), message: z.string().catch("") }),
});

/**
 * What Dataverse says in a response that is not 2xx; undefined if something else gave it: a web
 * page, another's JSON, or nothing that only Dataverse sends.
 */
export function errorResponseOf(
  response: HttpResponse,
  secrets: readonly string[],
): ErrorResponse | undefined {
  const base = { status: response.status, requestId: requestIdOf(response) };
  const error = ErrorBody.safeParse(jsonOrUndefined(response)).data?.error;
  const isDataverses =
    response.status === 401 ? isDataverseChallenge(response) : isDataverseError(response, error?.code);
  if (!isDataverses) return undefined;
  const { code: serverCode = "", message = "" } = error ?? {};
  return { ...base, serverCode, message: withoutSecrets(message, secrets) };
}

function isDataverseError(response: HttpResponse, code: string | undefined): boolean {
  const { status } = response;
  if ((status >= 300 && status <= 399) || status === 407 || status === 511) return false;
  const isMarked = requestIdOf(response) !== undefined || response.headers["odata-version"] !== undefined;
  if (code === undefined) return isMarked && !isWebPage(response);
  return isMarked || SERVER_CODE.test(code);
}

/** Dataverse's codes are hexadecimal, decimal in old versions, and empty for some errors. */
const SERVER_CODE = /^(0x[0-9a-f]{1,8}|-?\d{5,})?$/i;

/** Dataverse's 401 offers Bearer, or nothing and no page; a proxy's offers other schemes. */
function isDataverseChallenge(response: HttpResponse): boolean {
  const challenges = headerValues(response, "www-authenticate");
  if (challenges.length > 0) return challenges.some((value) => /\bBearer\b/i.test(value));
  return !isWebPage(response);
}

function jsonOrUndefined(response: HttpResponse): unknown {
  if (!/^\s*\{/.test(response.body.toString("latin1", 0, 100))) return undefined;
  try {
    return parseJson(response);
  } catch {
    return undefined;
  }
}
