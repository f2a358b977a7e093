// Injects faults by rules that are added and removed while the simulator runs, by JS or over HTTP.
// The server calls `nextEffect` for every request and applies what it returns. rule.ts defines the
// faults, fault-effects.ts what they do.
import { randomUUID } from "node:crypto";
import type { Middleware, HttpResponse } from "../http-middleware.ts";
import { faultEffect, type FaultEffect, type FaultActions } from "./fault-effects.ts";
import { faultRuleSchema, type FaultRule, type FaultRuleInput } from "./rule.ts";

interface ActiveRule {
  readonly id: string;
  readonly rule: FaultRule;
  readonly pattern: RegExp;
  matched: number;
  applied: number;
  lastResponse?: HttpResponse;
}

export class Faults {
  private readonly actions: FaultActions;
  private readonly rules = new Map<string, ActiveRule>();
  private readonly heldRequests = new Map<string, (() => void)[]>();

  constructor(actions: FaultActions) {
    this.actions = actions;
  }

  /**
   * @returns the rule's id
   * @throws ZodError for an invalid rule, SyntaxError for an invalid pattern
   */
  add(input: FaultRuleInput): string {
    const rule = faultRuleSchema.parse(input);
    const id = randomUUID();
    this.rules.set(id, { id, rule, pattern: new RegExp(rule.path), matched: 0, applied: 0 });
    return id;
  }

  /** Removes one rule, or all, and releases the requests it holds. */
  remove(id?: string): void {
    this.release(id);
    if (id === undefined) this.rules.clear();
    else this.rules.delete(id);
  }

  /** Releases the requests that a rule holds (or that any rule holds). */
  release(id?: string): void {
    for (const [ruleId, resumers] of this.heldRequests) {
      if (id !== undefined && id !== ruleId) continue;
      this.heldRequests.delete(ruleId);
      for (const resume of resumers) resume();
    }
  }

  /** Lists the rules with the number of requests that each matched and was applied to. */
  list(): { id: string; rule: FaultRule; matched: number; applied: number }[] {
    return [...this.rules.values()].map(({ id, rule, matched, applied }) => ({ id, rule, matched, applied }));
  }

  /**
   * Returns the effect on a request, or undefined. Every matching rule counts the request; the first
   * added of those that are due decides. `repeat-page` rules record the responses that pass them.
   */
  nextEffect(method: string, target: string): FaultEffect | undefined {
    if (this.rules.size === 0) return undefined;
    const matching = this.matchingRules(method, decoded(target));
    for (const active of matching) active.matched += 1;
    for (const active of matching) {
      const { rule } = active;
      if (active.matched <= rule.skip || (rule.times > 0 && active.applied >= rule.times)) continue;
      const effect = faultEffect(rule.fault, {
        target,
        lastResponse: active.lastResponse,
        actions: this.actions,
        waitForRelease: () => this.holdRequest(active.id),
      });
      if (!effect) continue;
      active.applied += 1;
      return effect;
    }
    const recording = matching.filter((active) => active.rule.fault.kind === "repeat-page");
    return recording.length === 0
      ? undefined
      : { transform: (response) => recordResponse(recording, response) };
  }

  private matchingRules(method: string, target: string): ActiveRule[] {
    return [...this.rules.values()].filter(
      ({ rule, pattern }) => (rule.method ?? method) === method && pattern.test(target),
    );
  }

  private holdRequest(id: string): Promise<void> {
    return new Promise((resolve) => {
      this.heldRequests.set(id, [...(this.heldRequests.get(id) ?? []), resolve]);
    });
  }
}

function decoded(target: string): string {
  try {
    return decodeURIComponent(target.replaceAll("+", " "));
  } catch {
    return target;
  }
}

function recordResponse(rules: readonly ActiveRule[], response: HttpResponse): HttpResponse {
  if (response.status === 200) for (const active of rules) active.lastResponse = response;
  return response;
}

/** Applies faults as middleware. Their control endpoint is exempt from them. */
export function faultMiddleware(faults: Faults): Middleware {
  return async (request, next) => {
    const control = faultControl(faults, request);
    if (control) return control;
    const effect = faults.nextEffect(request.method, request.url);
    if (!effect) return next();
    if (effect.wait) await effect.wait;
    if (effect.disconnect === "before-headers")
      return { status: 200, headers: {}, body: "", disconnectAfterBytes: 0 };
    const response = effect.response ?? (await next());
    if (effect.disconnect === "in-body")
      return { ...response, disconnectAfterBytes: disconnectOffset(response) };
    return effect.transform ? effect.transform(response) : response;
  };
}

// Few enough bytes to be within the body of any page, gzipped or not.
function disconnectOffset(response: HttpResponse): number {
  return Math.min(64, Math.floor(response.body.length / 4));
}

/**
 * Handles `/_simulator/faults`: GET lists, POST adds, DELETE removes all, or
 * `/_simulator/faults/<id>`. Returns undefined for other paths.
 */
export function faultControl(
  faults: Faults,
  { method, path, body }: { method: string; path: string; body: string },
): HttpResponse | undefined {
  const match = /^\/_simulator\/faults(?:\/([^/]+))?$/.exec(path);
  if (!match) return undefined;
  if (method === "GET") return jsonResponse(200, { value: faults.list() });
  if (method === "DELETE") {
    faults.remove(match[1]);
    return jsonResponse(200, { value: faults.list() });
  }
  if (method !== "POST") return jsonResponse(405, { error: "Use GET, POST or DELETE." });
  try {
    return jsonResponse(201, { id: faults.add(faultRuleSchema.parse(JSON.parse(body))) });
  } catch (error) {
    return jsonResponse(400, { error: error instanceof Error ? error.message : String(error) });
  }
}

function jsonResponse(status: number, value: unknown): HttpResponse {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}
