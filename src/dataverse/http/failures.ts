// Why a request failed, whether it may be sent again, and what the admin reads if it may not or that did not help.
import { z } from "zod";
import type { HttpResponse, HttpError, HttpErrorKind } from "../../lib/http.ts";
import { classifyStatus } from "../../lib/retry-timing.ts";
import type { FailureClass } from "../../lib/retry-timing.ts";
import { parseJson, requestIdOf } from "./json-body.ts";
import type { TornBody } from "./json-body.ts";
import { DataverseError, SignInError, dataverseErrorOf } from "./errors.ts";
import type { ErrorAnswer } from "./errors.ts";

export interface Failure {
  readonly trouble: FailureClass | "token" | "not-a-member-yet";
  readonly retryAfter?: string | undefined;
  readonly error: Error;
}

// Comes with various statuses; the code is what tells it.
const SQL_TIMEOUT = "0x80044151";

/** Of an answer that is not 2xx. */
export function failureOf(answer: HttpResponse): Failure {
  const told = errorAnswerOf(answer);
  const retryAfter = String(answer.headers["retry-after"] ?? "");
  if (answer.status === 401) return { trouble: "token", error: tokenRefused(told) };
  const error = dataverseErrorOf(told);
  if (error.code === "not-a-member") return { trouble: "not-a-member-yet", error };
  if (told.serverCode.toLowerCase() === SQL_TIMEOUT) return { trouble: "broken", error: sqlTimeout(told) };
  const trouble = classifyStatus(answer.status);
  if (trouble === "final" || error.code === "administration-mode") return { trouble, retryAfter, error };
  return { trouble, retryAfter, error: exhausted(told) };
}

function tokenRefused(told: ErrorAnswer): SignInError {
  return new SignInError(
    "reconnect",
    "Dynamics 365 does not accept the sign-in any more, although it was just renewed.",
    {
      serverCode: told.serverCode,
      fix: "Connect Dynamics 365 again; check that the address is of the environment that was signed in to.",
      cause: dataverseErrorOf(told),
    },
  );
}

function exhausted(told: ErrorAnswer): DataverseError {
  if (told.status === 429)
    return new DataverseError(
      "throttled",
      "Dynamics 365 has been asking for more than an hour to slow down (service protection limits).",
      told,
      {
        fix: "Another program probably uses the same user; run the sync at another time or give it a user of its own.",
        cause: dataverseErrorOf(told),
      },
    );
  return new DataverseError(
    "unavailable",
    `Dynamics 365 has not been available (HTTP ${told.status}); it may be under maintenance.`,
    told,
    { fix: "Try again later.", cause: dataverseErrorOf(told) },
  );
}

function sqlTimeout(told: ErrorAnswer): DataverseError {
  return new DataverseError(
    "unavailable",
    "Dynamics 365 could not finish a query within the two minutes it allows itself.",
    told,
    { fix: "Map fewer columns or choose a simpler view.", cause: dataverseErrorOf(told) },
  );
}

export function tornFailure(error: TornBody, answer: HttpResponse | undefined): Failure {
  const finding = "Dynamics 365 sent an answer that was not complete.";
  const facts = { status: answer?.status ?? 0, requestId: answer && requestIdOf(answer) };
  const options = { fix: "Try again later.", cause: error };
  return { trouble: "broken", error: new DataverseError("unavailable", finding, facts, options) };
}

/** A name that is not found may be found again: this environment has been talked to. */
const LASTING: ReadonlySet<HttpErrorKind> = new Set(["too-large", "tls", "closed"]);

export function connectionFailure(error: HttpError): Failure {
  return {
    trouble: LASTING.has(error.kind) ? "final" : "broken",
    error: new DataverseError("unavailable", error.message, {}, { fix: "Try again later.", cause: error }),
  };
}

const ErrorBody = z.object({
  error: z.object({ code: z.string().catch(""), message: z.string().catch("") }),
});

function errorAnswerOf(answer: HttpResponse): ErrorAnswer {
  const base = { status: answer.status, requestId: requestIdOf(answer) };
  // Gateways answer in HTML; there is nothing in it for anybody.
  const json = /^\s*\{/.test(answer.body.toString("latin1", 0, 100)) ? safeJson(answer) : undefined;
  const { code: serverCode = "", message = "" } = ErrorBody.safeParse(json).data?.error ?? {};
  return { ...base, serverCode, message };
}

function safeJson(answer: HttpResponse): unknown {
  try {
    return parseJson(answer);
  } catch {
    return undefined;
  }
}
