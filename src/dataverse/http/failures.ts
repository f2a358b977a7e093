// Classifies a failed request: whether it may be retried, and the error for the admin if it may not
// or if the retries failed.
import { z } from "zod";
import type { HttpResponse, HttpError, HttpErrorKind } from "../../lib/http.ts";
import { classifyStatus } from "../../lib/retry-timing.ts";
import type { FailureClass } from "../../lib/retry-timing.ts";
import { parseJson, requestIdOf } from "./json-body.ts";
import type { IncompleteBody } from "./json-body.ts";
import { DataverseError, SignInError, dataverseErrorOf } from "./errors.ts";
import type { ErrorAnswer } from "./errors.ts";

export interface Failure {
  readonly trouble: FailureClass | "token" | "not-a-member-yet";
  readonly retryAfter?: string | undefined;
  readonly error: Error;
}

// This code comes with various HTTP statuses.
const SQL_TIMEOUT = "0x80044151";

/** The failure of a response that is not 2xx. */
export function failureOf(answer: HttpResponse): Failure {
  const errorAnswer = errorAnswerOf(answer);
  const retryAfter = String(answer.headers["retry-after"] ?? "");
  if (answer.status === 401) return { trouble: "token", error: tokenRefused(errorAnswer) };
  const error = dataverseErrorOf(errorAnswer);
  if (error.code === "not-a-member") return { trouble: "not-a-member-yet", error };
  if (errorAnswer.serverCode.toLowerCase() === SQL_TIMEOUT)
    return { trouble: "broken", error: sqlTimeout(errorAnswer) };
  const trouble = classifyStatus(answer.status);
  if (trouble === "final" || error.code === "administration-mode") return { trouble, retryAfter, error };
  return { trouble, retryAfter, error: retriesExhausted(errorAnswer) };
}

function tokenRefused(errorAnswer: ErrorAnswer): SignInError {
  return new SignInError(
    "reconnect",
    "Dynamics 365 does not accept the sign-in any more, although it was just renewed.",
    {
      serverCode: errorAnswer.serverCode,
      fix: "Connect Dynamics 365 again; check that the address is of the environment that was signed in to.",
      cause: dataverseErrorOf(errorAnswer),
    },
  );
}

function retriesExhausted(errorAnswer: ErrorAnswer): DataverseError {
  if (errorAnswer.status === 429)
    return new DataverseError(
      "throttled",
      "Dynamics 365 has been asking for more than an hour to slow down (service protection limits).",
      errorAnswer,
      {
        fix: "Another program probably uses the same user; run the sync at another time or give it a user of its own.",
        cause: dataverseErrorOf(errorAnswer),
      },
    );
  return new DataverseError(
    "unavailable",
    `Dynamics 365 has not been available (HTTP ${errorAnswer.status}); it may be under maintenance.`,
    errorAnswer,
    { fix: "Try again later.", cause: dataverseErrorOf(errorAnswer) },
  );
}

function sqlTimeout(errorAnswer: ErrorAnswer): DataverseError {
  return new DataverseError(
    "unavailable",
    "Dynamics 365 could not finish a query within the two minutes it allows itself.",
    errorAnswer,
    { fix: "Map fewer columns or choose a simpler view.", cause: dataverseErrorOf(errorAnswer) },
  );
}

export function incompleteBodyFailure(error: IncompleteBody, answer: HttpResponse | undefined): Failure {
  const finding = "Dynamics 365 sent an answer that was not complete.";
  const facts = { status: answer?.status ?? 0, requestId: answer && requestIdOf(answer) };
  const options = { fix: "Try again later.", cause: error };
  return { trouble: "broken", error: new DataverseError("unavailable", finding, facts, options) };
}

/**
 * A host name that is not found counts as transient, because this environment was reached before.
 */
const PERMANENT_ERRORS: ReadonlySet<HttpErrorKind> = new Set(["too-large", "tls", "closed"]);

export function connectionFailure(error: HttpError): Failure {
  return {
    trouble: PERMANENT_ERRORS.has(error.kind) ? "final" : "broken",
    error: new DataverseError("unavailable", error.message, {}, { fix: "Try again later.", cause: error }),
  };
}

const ErrorBody = z.object({
  error: z.object({ code: z.string().catch(""), message: z.string().catch("") }),
});

function errorAnswerOf(answer: HttpResponse): ErrorAnswer {
  const base = { status: answer.status, requestId: requestIdOf(answer) };
  // Gateways respond with HTML, which says nothing useful.
  const json = /^\s*\{/.test(answer.body.toString("latin1", 0, 100)) ? jsonOrUndefined(answer) : undefined;
  const { code: serverCode = "", message = "" } = ErrorBody.safeParse(json).data?.error ?? {};
  return { ...base, serverCode, message };
}

function jsonOrUndefined(answer: HttpResponse): unknown {
  try {
    return parseJson(answer);
  } catch {
    return undefined;
  }
}
