// Faults by switch: rules that are added and taken away while the simulator runs, by JS or over HTTP.
// The server asks `meet` for every request and does what the encounter says; everything else stays as it is.
// What the faults are stands in rule.ts, what they do in fault-effects.ts.
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

  /** @returns the rule's id @throws ZodError when the rule is not one, SyntaxError when its pattern is none */
  add(input: FaultRuleInput): string {
    const rule = faultRuleSchema.parse(input);
    const id = randomUUID();
    this.rules.set(id, { id, rule, pattern: new RegExp(rule.path), matched: 0, applied: 0 });
    return id;
  }

  /** Takes one rule away, or all; requests it holds go on. */
  remove(id?: string): void {
    this.release(id);
    if (id === undefined) this.rules.clear();
    else this.rules.delete(id);
  }

  /** Lets requests held by a rule (by any rule) go on. */
  release(id?: string): void {
    for (const [ruleId, resumers] of this.heldRequests) {
      if (id !== undefined && id !== ruleId) continue;
      this.heldRequests.delete(ruleId);
      for (const resume of resumers) resume();
    }
  }

  /** The rules with how many requests each matched and met. */
  list(): { id: string; rule: FaultRule; matched: number; applied: number }[] {
    return [...this.rules.values()].map(({ id, rule, matched, applied }) => ({ id, rule, matched, applied }));
  }

  /**
   * What happens to a request; undefined: nothing. Every rule that matches counts it, the first in the order of adding
   * whose turn it is decides. `repeat-page` rules watch the answers that pass them.
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

/** Faults as a part of the server; their control endpoint is met by no fault. */
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

// Few enough bytes to be inside any page, gzipped or not.
function disconnectOffset(response: HttpResponse): number {
  return Math.min(64, Math.floor(response.body.length / 4));
}

/** `/_simulator/faults`: GET lists, POST adds, DELETE takes away (all, or `/_simulator/faults/<id>`). Undefined: another path. */
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
