// When to try again: a pure function from what went wrong to a delay. The caller keeps the counts, waits and sends.

/** 'throttled': the server asked for patience and means it. 'broken': it may work in a moment. 'final': it will not. */
export type FailureClass = "throttled" | "broken" | "final";

export interface RetryLimits {
  /** Tries in all for what is broken. */
  readonly maxTransientAttempts: number;
  /** How long one request may wait in all because it is throttled. */
  readonly throttledBudgetMs: number;
  /** The longest single wait, whatever the server says. */
  readonly maxDelayMs: number;
}

export interface FailedAttempt {
  readonly failure: FailureClass;
  /** Failures of this kind so far, from 1. */
  readonly attempt: number;
  /** The Retry-After header as it came: seconds, fractions of them, or an HTTP date. */
  readonly retryAfter?: string | undefined;
  readonly now: Date;
  /** What this request has already waited because it was throttled. */
  readonly throttledMs: number;
  /** From 0 to 1; spreads several clients that were refused in the same moment. */
  readonly jitter: number;
  readonly limits?: RetryLimits;
}

export const DEFAULT_RETRY_LIMITS: RetryLimits = {
  maxTransientAttempts: 6,
  throttledBudgetMs: 60 * 60_000,
  // Dataverse has been seen to ask for a little over 7 minutes after a burst; beyond 15 a single probe does no harm.
  maxDelayMs: 15 * 60_000,
};

const FIRST_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;

const FAILURE_BY_STATUS: Readonly<Record<number, FailureClass>> = {
  408: "broken",
  429: "throttled",
  500: "broken",
  502: "broken",
  503: "throttled",
  504: "broken",
};

export function classifyStatus(status: number): FailureClass {
  return FAILURE_BY_STATUS[status] ?? "final";
}

/** The delay before the next try in milliseconds, or 'give-up'. */
export function retryDelay(attempt: FailedAttempt): number | "give-up" {
  const limits = attempt.limits ?? DEFAULT_RETRY_LIMITS;
  if (attempt.failure === "final") return "give-up";
  if (attempt.failure === "broken" && attempt.attempt >= limits.maxTransientAttempts) return "give-up";

  const requested = parseRetryAfter(attempt.retryAfter, attempt.now);
  const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** Math.min(attempt.attempt - 1, 20), MAX_BACKOFF_MS);
  // What the server asked for is never undercut, so jitter is added to it. A backoff of our own is spread over its
  // second half. An asked-for delay of nothing still backs off, or a confused server would be called in a hot loop.
  const wait =
    requested > 0 ? requested * (1 + 0.1 * attempt.jitter) : backoff * (0.5 + 0.5 * attempt.jitter);
  const delay = Math.round(Math.min(wait, limits.maxDelayMs));
  if (attempt.failure === "throttled" && attempt.throttledMs + delay > limits.throttledBudgetMs)
    return "give-up";
  return delay;
}

/** Milliseconds asked for by a Retry-After header (RFC 9110 10.2.3, fractions allowed); 0 if absent, past or unreadable. */
export function parseRetryAfter(header: string | undefined, now: Date): number {
  const text = header?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  // An HTTP date has letters; without this check Date.parse would read "-5" as a year.
  const date = /[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? 0 : Math.max(0, date - now.getTime());
}
