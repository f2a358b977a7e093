// Faults by switch: rules that are added and taken away while the simulator runs, by JS or over HTTP.
// The server asks `meet` for every request and does what the encounter says; everything else stays as it is.
// What the faults are stands in rule.ts, what they do in fault-effects.ts.
import { randomUUID } from "node:crypto";
import type { Layer, SimReply } from "../http-middleware.ts";
import { encounterOf, type Encounter, type FaultActions } from "./fault-effects.ts";
import { faultRuleSchema, type FaultRule, type FaultRuleInput } from "./rule.ts";

interface ActiveRule {
  readonly id: string;
  readonly rule: FaultRule;
  readonly pattern: RegExp;
  seen: number;
  met: number;
  last?: SimReply;
}

export class Faults {
  private readonly actions: FaultActions;
  private readonly rules = new Map<string, ActiveRule>();
  private readonly held = new Map<string, (() => void)[]>();

  constructor(actions: FaultActions) {
    this.actions = actions;
  }

  /** @returns the rule's id @throws ZodError when the rule is not one, SyntaxError when its pattern is none */
  add(input: FaultRuleInput): string {
    const rule = faultRuleSchema.parse(input);
    const id = randomUUID();
    this.rules.set(id, { id, rule, pattern: new RegExp(rule.path), seen: 0, met: 0 });
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
    for (const [ruleId, waiting] of this.held) {
      if (id !== undefined && id !== ruleId) continue;
      this.held.delete(ruleId);
      for (const goOn of waiting) goOn();
    }
  }

  /** The rules with how many requests each matched and met. */
  list(): { id: string; rule: FaultRule; seen: number; met: number }[] {
    return [...this.rules.values()].map(({ id, rule, seen, met }) => ({ id, rule, seen, met }));
  }

  /**
   * What happens to a request; undefined: nothing. Every rule that matches counts it, the first in the order of adding
   * whose turn it is decides. `repeat-page` rules watch the answers that pass them.
   */
  meet(method: string, target: string): Encounter | undefined {
    if (this.rules.size === 0) return undefined;
    const matching = this.matching(method, decoded(target));
    for (const active of matching) active.seen += 1;
    for (const active of matching) {
      const { rule } = active;
      if (active.seen <= rule.skip || (rule.times > 0 && active.met >= rule.times)) continue;
      const encounter = encounterOf(rule.fault, {
        target,
        last: active.last,
        actions: this.actions,
        hold: () => this.hold(active.id),
      });
      if (!encounter) continue;
      active.met += 1;
      return encounter;
    }
    const watching = matching.filter((active) => active.rule.fault.kind === "repeat-page");
    return watching.length === 0 ? undefined : { change: (reply) => remembered(watching, reply) };
  }

  private matching(method: string, target: string): ActiveRule[] {
    return [...this.rules.values()].filter(
      ({ rule, pattern }) => (rule.method ?? method) === method && pattern.test(target),
    );
  }

  private hold(id: string): Promise<void> {
    return new Promise((resolve) => {
      this.held.set(id, [...(this.held.get(id) ?? []), resolve]);
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

function remembered(watching: readonly ActiveRule[], reply: SimReply): SimReply {
  if (reply.status === 200) for (const active of watching) active.last = reply;
  return reply;
}

/** Faults as a part of the server; their control endpoint is met by no fault. */
export function faultsLayer(faults: Faults): Layer {
  return async (request, next) => {
    const control = faultControl(faults, request);
    if (control) return control;
    const encounter = faults.meet(request.method, request.url);
    if (!encounter) return next();
    if (encounter.wait) await encounter.wait;
    if (encounter.cut === "before-headers") return { status: 200, headers: {}, body: "", cutAfter: 0 };
    const reply = encounter.reply ?? (await next());
    if (encounter.cut === "in-body") return { ...reply, cutAfter: insideBody(reply) };
    return encounter.change ? encounter.change(reply) : reply;
  };
}

// Few enough bytes to be inside any page, gzipped or not.
function insideBody(reply: SimReply): number {
  return Math.min(64, Math.floor(reply.body.length / 4));
}

/** `/_simulator/faults`: GET lists, POST adds, DELETE takes away (all, or `/_simulator/faults/<id>`). Undefined: another path. */
export function faultControl(
  faults: Faults,
  { method, path, body }: { method: string; path: string; body: string },
): SimReply | undefined {
  const match = /^\/_simulator\/faults(?:\/([^/]+))?$/.exec(path);
  if (!match) return undefined;
  if (method === "GET") return json(200, { value: faults.list() });
  if (method === "DELETE") {
    faults.remove(match[1]);
    return json(200, { value: faults.list() });
  }
  if (method !== "POST") return json(405, { error: "Use GET, POST or DELETE." });
  try {
    return json(201, { id: faults.add(faultRuleSchema.parse(JSON.parse(body))) });
  } catch (error) {
    return json(400, { error: error instanceof Error ? error.message : String(error) });
  }
}

function json(status: number, value: unknown): SimReply {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}
