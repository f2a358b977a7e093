// Implements Dataverse's service protection limits: requests, execution time and concurrency per
// user, the first two over a sliding window. Source: Microsoft Learn "Service protection API
// limits". The clock is passed in, so that tests can move it.
import type { Middleware, HttpResponse, HttpRequest } from "../http-middleware.ts";

export interface LimitSettings {
  /** Maximum requests of a user within the window. Default: 6,000. */
  readonly requests: number;
  /** Maximum execution time of a user's requests together within the window. Default: 1,200,000. */
  readonly executionMilliseconds: number;
  /** Maximum concurrent requests of a user. Default: 52. */
  readonly concurrent: number;
  /** Default: 300,000. */
  readonly windowMilliseconds: number;
}

export const SERVICE_LIMITS: LimitSettings = {
  requests: 6000,
  executionMilliseconds: 1_200_000,
  concurrent: 52,
  windowMilliseconds: 300_000,
};

export type LimitKind = "requests" | "execution-time" | "concurrency";

export interface LimitRefusal {
  readonly admitted: false;
  readonly kind: LimitKind;
  readonly code: string;
  readonly message: string;
  /**
   * The value of `Retry-After`; absent for concurrency, which is over as soon as another request
   * ends.
   */
  readonly retryAfterSeconds: number | undefined;
}

export interface Admission {
  readonly admitted: true;
  /** Must be called once, when the response is complete, with the time it took. */
  done(executionMilliseconds: number): void;
}

interface Usage {
  /** Admitted requests in order of time, with their start and duration. */
  readonly requests: { readonly at: number; durationMs: number }[];
  inFlight: number;
  refusals: number;
  blockedUntil: number;
  blockedBy: "requests" | "execution-time";
}

export class ServiceLimits {
  settings: LimitSettings;
  private readonly now: () => number;
  private readonly users = new Map<string, Usage>();

  constructor(now: () => number, settings: Partial<LimitSettings> = {}) {
    this.now = now;
    this.settings = { ...SERVICE_LIMITS, ...settings };
  }

  /** Admits or refuses one request of this user. */
  admit(userId: string): Admission | LimitRefusal {
    const usage = this.usage(userId);
    const refusal = this.exceededLimit(usage);
    if (refusal) return refusal;
    const request = { at: this.now(), durationMs: 0 };
    usage.requests.push(request);
    usage.inFlight += 1;
    usage.refusals = 0;
    return {
      admitted: true,
      done: (executionMilliseconds) => {
        request.durationMs = executionMilliseconds;
        usage.inFlight -= 1;
      },
    };
  }

  /**
   * Returns the two headers of every response. The seconds have a thousands separator ("1,200.00"),
   * as in captures.
   */
  headers(userId: string): Record<string, string> {
    const usage = this.usage(userId);
    const seconds = Math.max(0, this.settings.executionMilliseconds - executionTime(usage)) / 1000;
    return {
      "x-ms-ratelimit-burst-remaining-xrm-requests": String(
        Math.max(0, this.settings.requests - usage.requests.length),
      ),
      "x-ms-ratelimit-time-remaining-xrm-requests": withThousandsSeparators(seconds, 2),
    };
  }

  private usage(userId: string): Usage {
    let usage = this.users.get(userId);
    if (!usage) {
      usage = { requests: [], inFlight: 0, refusals: 0, blockedUntil: 0, blockedBy: "requests" };
      this.users.set(userId, usage);
    }
    const windowStart = this.now() - this.settings.windowMilliseconds;
    const firstInWindow = usage.requests.findIndex((request) => request.at > windowStart);
    usage.requests.splice(0, firstInWindow === -1 ? usage.requests.length : firstInWindow);
    return usage;
  }

  private exceededLimit(usage: Usage): LimitRefusal | undefined {
    const { settings } = this;
    if (usage.inFlight >= settings.concurrent) return limitRefusal("concurrency", settings, undefined);
    if (usage.blockedUntil > this.now()) return this.block(usage, usage.blockedBy);
    if (usage.requests.length >= settings.requests) return this.block(usage, "requests");
    if (executionTime(usage) >= settings.executionMilliseconds) return this.block(usage, "execution-time");
    return undefined;
  }

  // "If the client continues to send demanding requests, the duration is extended" (same page): each
  // refusal adds a second.
  private block(usage: Usage, kind: "requests" | "execution-time"): LimitRefusal {
    const freeAt = kind === "requests" ? this.requestFreeAt(usage) : this.executionTimeFreeAt(usage);
    usage.blockedUntil = Math.max(freeAt + 1000 * usage.refusals, usage.blockedUntil);
    usage.blockedBy = kind;
    usage.refusals += 1;
    const seconds = Math.max(1, Math.ceil((usage.blockedUntil - this.now()) / 1000));
    return limitRefusal(kind, this.settings, seconds);
  }

  private requestFreeAt(usage: Usage): number {
    const oldest = usage.requests[usage.requests.length - this.settings.requests];
    return (oldest?.at ?? this.now()) + this.settings.windowMilliseconds;
  }

  private executionTimeFreeAt(usage: Usage): number {
    let remaining = executionTime(usage);
    for (const request of usage.requests) {
      remaining -= request.durationMs;
      if (remaining < this.settings.executionMilliseconds)
        return request.at + this.settings.windowMilliseconds;
    }
    return this.now();
  }
}

function executionTime(usage: Usage): number {
  return usage.requests.reduce((sum, request) => sum + request.durationMs, 0);
}

function withThousandsSeparators(value: number, decimals: number): string {
  return value.toLocaleString("en-US", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}

/** Returns the refusal of one limit in Dataverse's own words. */
export function limitRefusal(
  kind: LimitKind,
  settings: LimitSettings,
  retryAfterSeconds: number | undefined,
): LimitRefusal {
  const seconds = Math.round(settings.windowMilliseconds / 1000);
  const errors: Record<LimitKind, { code: string; message: string }> = {
    requests: {
      code: "0x80072322",
      message: `Number of requests exceeded the limit of ${settings.requests} over time window of ${seconds} seconds.`,
    },
    "execution-time": {
      code: "0x80072321",
      message: `Combined execution time of incoming requests exceeded limit of ${withThousandsSeparators(settings.executionMilliseconds, 0)} milliseconds over time window of ${seconds} seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later.`,
    },
    concurrency: {
      code: "0x80072326",
      message: `Number of concurrent requests exceeded the limit of ${settings.concurrent}.`,
    },
  };
  return { admitted: false, kind, ...errors[kind], retryAfterSeconds };
}

const JSON_TYPE = { "content-type": "application/json; odata.metadata=minimal", "odata-version": "4.0" };

/**
 * Returns the 429 of a refusal.
 * @param retryAfter overrides the refusal's seconds: seconds, an HTTP date, or "absent"
 */
export function throttledResponse(refusal: LimitRefusal, retryAfter?: number | string): HttpResponse {
  const header = retryAfter ?? refusal.retryAfterSeconds ?? "absent";
  return {
    status: 429,
    headers: { ...JSON_TYPE, ...(header === "absent" ? {} : { "retry-after": String(header) }) },
    body: JSON.stringify({ error: { code: refusal.code, message: refusal.message } }),
  };
}

/**
 * Applies the limits as middleware.
 * @param chargedTime the milliseconds to count for a request, given its duration. Default: its
 * duration
 */
export function limitMiddleware(
  limits: ServiceLimits,
  chargedTime: (request: HttpRequest, durationMs: number) => number = (_, durationMs) => durationMs,
): Middleware {
  return async (request, next) => {
    const userId = request.userId ?? "";
    const admission = limits.admit(userId);
    if (!admission.admitted) return withHeaders(throttledResponse(admission), limits.headers(userId));
    const startedAt = performance.now();
    let durationMs = 0;
    try {
      const response = await next();
      durationMs = chargedTime(request, performance.now() - startedAt);
      return withHeaders(response, limits.headers(userId));
    } finally {
      admission.done(durationMs);
    }
  };
}

function withHeaders(response: HttpResponse, headers: Readonly<Record<string, string>>): HttpResponse {
  return { ...response, headers: { ...response.headers, ...headers } };
}
