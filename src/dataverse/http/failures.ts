// Classifies a failed request: whether it may be retried, and the error for the admin if it may not
// or if the retries failed.
import { z } from "zod";
import type { HttpResponse, HttpError, HttpErrorKind } from "../../lib/http.ts";
import { classifyStatus } from "../../lib/retry-timing.ts";
import type { FailureClass } from "../../lib/retry-timing.ts";
import { parseJson, requestIdOf } from "./json-body.ts";
import type { IncompleteBody } from "./json-body.ts";
import { DataverseError, SignInError, dataverseErrorOf } from "./errors.ts";
import type { ErrorResponse } from "./errors.ts";

export interface Failure {
  readonly failureClass: FailureClass | "token" | "not-a-member-yet";
  readonly retryAfter?: string | undefined;
  readonly error: Error;
}

// This code comes with various HTTP statuses.
const SQL_TIMEOUT = "0x80044151";

/** The failure of a response that is not 2xx. */
export function failureOf(response: HttpResponse): Failure {
  const errorResponse = errorResponseOf(response);
  const retryAfter = String(response.headers["retry-after"] ?? "");
  if (response.status === 401) return { failureClass: "token", error: tokenRefused(errorResponse) };
  const error = dataverseErrorOf(errorResponse);
  if (error.code === "not-a-member") return { failureClass: "not-a-member-yet", error };
  if (errorResponse.serverCode.toLowerCase() === SQL_TIMEOUT)
    return { failureClass: "transient", error: sqlTimeout(errorResponse) };
  const failureClass = classifyStatus(response.status);
  if (failureClass === "permanent" || error.code === "administration-mode")
    return { failureClass, retryAfter, error };
  return { failureClass, retryAfter, error: retriesExhausted(errorResponse) };
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

export function connectionFailure(error: HttpError): Failure {
  return {
    failureClass: PERMANENT_ERRORS.has(error.kind) ? "permanent" : "transient",
    error: new DataverseError("unavailable", error.message, {}, { fix: "Try again later.", cause: error }),
  };
}

const ErrorBody = z.object({
  error: z.object({ code: z.string().catch(""), message: z.string().catch("") }),
});

function errorResponseOf(response: HttpResponse): ErrorResponse {
  const base = { status: response.status, requestId: requestIdOf(response) };
  // Gateways respond with HTML, which says nothing useful.
  const json = /^\s*\{/.test(response.body.toString("latin1", 0, 100))
    ? jsonOrUndefined(response)
    : undefined;
  const { code: serverCode = "", message = "" } = ErrorBody.safeParse(json).data?.error ?? {};
  return { ...base, serverCode, message };
}

function jsonOrUndefined(response: HttpResponse): unknown {
  try {
    return parseJson(response);
  } catch {
    return undefined;
  }
}
