// What took place, counted, so that a reader sees that it did.
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

  /** By what was counted. */
  entries(): [what: string, times: number][] {
    return [...this.counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }
}

/** Tallies under headings. */
export function table(tallies: Readonly<Record<string, Tally>>): string {
  const lines: string[] = [];
  for (const [heading, tally] of Object.entries(tallies)) {
    lines.push(heading);
    for (const [what, times] of tally.entries()) lines.push(`${String(times).padStart(8)}  ${what}`);
  }
  return lines.join("\n");
}

/** How often each kind of issue opened. */
export async function issuesSeen({ kysely }: Database): Promise<Tally> {
  const { rows } = await sql<{ kind: string; times: number }>`
    select kind, count(*)::int as times from sync_issues group by kind`.execute(kysely);
  const tally = new Tally();
  for (const { kind, times } of rows) tally.add(kind, times);
  return tally;
}

/** Runs by what they read and how they ended. */
export async function runsSeen({ kysely }: Database): Promise<Tally> {
  const { rows } = await sql<{ told: string; times: number }>`
    select mode || ' ' || status || case when error is null then '' else ': ' || (error ->> 'kind') end as told, count(*)::int as times
    from runs group by 1`.execute(kysely);
  const tally = new Tally();
  for (const { told, times } of rows) tally.add(told, times);
  return tally;
}

/** Requests by method and path; ids and queries are left out. */
export function requestsSeen({ requests }: Pick<Simulator, "requests">): Tally {
  const tally = new Tally();
  for (const [pattern, times] of requests) tally.add(pattern, times);
  return tally;
}

/** Requests that were answered by a fault, by its kind. */
export function faultsApplied(faults: Faults): Tally {
  const tally = new Tally();
  for (const { rule, applied } of faults.list()) tally.add(rule.fault.kind, applied);
  return tally;
}
