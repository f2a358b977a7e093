// Counts what happened, so that a reader sees that the soak reached it.
import { sql } from "kysely";
import type { Faults } from "../../simulator/faults/faults.ts";
import type { Simulator } from "../../simulator/server.ts";
import type { Database } from "../../src/db/pool.ts";

export class Tally {
  private readonly counts = new Map<string, number>();

  add(what: string, times = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + times);
  }

  of(what: string): number {
    return this.counts.get(what) ?? 0;
  }

  /** Returns all counts, sorted by name. */
  entries(): [what: string, times: number][] {
    return [...this.counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }
}

/** Returns the tallies as text, each under its heading. */
export function table(tallies: Readonly<Record<string, Tally>>): string {
  const lines: string[] = [];
  for (const [heading, tally] of Object.entries(tallies)) {
    lines.push(heading);
    for (const [what, times] of tally.entries()) lines.push(`${String(times).padStart(8)}  ${what}`);
  }
  return lines.join("\n");
}

/** Counts the issues that were opened by kind. */
export async function issuesSeen({ kysely }: Database): Promise<Tally> {
  const { rows } = await sql<{ kind: string; times: number }>`
    select kind, count(*)::int as times from sync_issues group by kind`.execute(kysely);
  const tally = new Tally();
  for (const { kind, times } of rows) tally.add(kind, times);
  return tally;
}

/** Counts the runs by mode, status and error. */
export async function runsSeen({ kysely }: Database): Promise<Tally> {
  const { rows } = await sql<{ text: string; times: number }>`
    select mode || ' ' || status || coalesce(': ' || (error ->> 'kind'), '') as text, count(*)::int as times
    from runs
    group by 1`.execute(kysely);
  const tally = new Tally();
  for (const { text, times } of rows) tally.add(text, times);
  return tally;
}

/** Counts the HTTP requests by method and path, without ids and queries. */
export function requestsSeen({ requests }: Pick<Simulator, "requests">): Tally {
  const tally = new Tally();
  for (const [pattern, times] of requests) tally.add(pattern, times);
  return tally;
}

/** Counts the requests that got a fault, by its kind. */
export function faultsApplied(faults: Faults): Tally {
  const tally = new Tally();
  for (const { rule, applied } of faults.list()) tally.add(rule.fault.kind, applied);
  return tally;
}
