// When to retry: a pure function from a failure to a delay. The caller counts, waits and sends.

/** The server asked to slow down; a retry may succeed; no retry will. */
export type FailureClass = "throttled" | "transient" | "permanent";

export interface RetryLimits {
  /** Maximum number of attempts for a transient failure. */
  readonly maxTransientAttempts: number;
  /** Maximum total delay of one request because of throttling. */
  readonly throttledBudgetMs: number;
  /** Maximum single delay, whatever the server asks for. */
  readonly maxDelayMs: number;
}

export interface FailedAttempt {
  readonly failure: FailureClass;
  /** Number of failures of this kind so far, from 1. */
  readonly attempt: number;
  /** The Retry-After header: seconds, fractions of them, or an HTTP date. */
  readonly retryAfter?: string | undefined;
  readonly now: Date;
  /** How long this request has waited because of throttling. */
  readonly throttledMs: number;
  /** From 0 to 1; spreads clients that were throttled at the same time. */
  readonly jitter: number;
  readonly limits?: RetryLimits;
}

export const DEFAULT_RETRY_LIMITS: RetryLimits = {
  maxTransientAttempts: 6,
  throttledBudgetMs: 60 * 60_000,
  // Dataverse was seen to ask for a little over 7 minutes after a burst; after 15 minutes a single
  // probe does no harm.
  maxDelayMs: 15 * 60_000,
};

const FIRST_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;

const FAILURE_BY_STATUS: Readonly<Record<number, FailureClass>> = {
  408: "transient",
  429: "throttled",
  500: "transient",
  502: "transient",
  503: "throttled",
  504: "transient",
};

export function classifyStatus(status: number): FailureClass {
  return FAILURE_BY_STATUS[status] ?? "permanent";
}

/** Milliseconds before the next attempt, or 'give-up'. */
export function retryDelay(attempt: FailedAttempt): number | "give-up" {
  const limits = attempt.limits ?? DEFAULT_RETRY_LIMITS;
  if (attempt.failure === "permanent") return "give-up";
  if (attempt.failure === "transient" && attempt.attempt >= limits.maxTransientAttempts) return "give-up";

  const requested = parseRetryAfter(attempt.retryAfter, attempt.now);
  const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** Math.min(attempt.attempt - 1, 20), MAX_BACKOFF_MS);
  // Jitter is added to what the server asked for, which is a minimum. A backoff of ours is spread
  // over its second half. A requested delay of 0 still backs off, because calling at once would be a
  // busy loop.
  const wait =
    requested > 0 ? requested * (1 + 0.1 * attempt.jitter) : backoff * (0.5 + 0.5 * attempt.jitter);
  const delay = Math.round(Math.min(wait, limits.maxDelayMs));
  if (attempt.failure === "throttled" && attempt.throttledMs + delay > limits.throttledBudgetMs)
    return "give-up";
  return delay;
}

/**
 * Milliseconds of a Retry-After header (RFC 9110 10.2.3, fractions allowed); 0 if absent, past or
 * invalid.
 */
export function parseRetryAfter(header: string | undefined, now: Date): number {
  const text = header?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  // An HTTP date has letters; without this test Date.parse would read "-5" as a year.
  const date = /[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? 0 : Math.max(0, date - now.getTime());
}
