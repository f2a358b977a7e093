// An installation as `serve` wires it, in one process: pages, runner and worker on one clock that is set by hand, a database
// of its own, somebody logged in to the simulated organisation. Runs are started by the schedule; what needs a person is
// done by an admin in the browser.
import { onTestFinished } from "vitest";
import { startWorker, type Worker } from "../../src/jobs/worker.ts";
import { createLog } from "../../src/lib/log.ts";
import { notifyMissed } from "../../src/notify/notify.ts";
import { summaryOf, type RunSummary } from "../../src/sync/record/run-summary.ts";
import { CONNECTED_PAGE, logIn } from "../connections/browser-log-in.ts";
import { webWorkspace, type WebWorkspace } from "../harness/web.ts";
import { mappingOf, type SoakSettings } from "./expected-state.ts";
import type { Organisation } from "./organisation.ts";

const DAY_MS = 24 * 3_600_000;

/** Short enough that a long wait outlives a token. */
export const TOKEN_SECONDS = 600;

export type Installation = {
  readonly web: WebWorkspace;
  /** Sets the clock to when the next run is due, and sees that run to its end. */
  readonly nextRun: () => Promise<RunSummary>;
  /** A plan with these settings. */
  readonly plan: (chosen: SoakSettings) => Promise<RunSummary>;
  readonly apply: (run: number) => Promise<RunSummary>;
  readonly discard: (run: number) => Promise<void>;
  readonly sync: () => Promise<RunSummary>;
  /** Access tokens given out so far; each comes with the next refresh token, and the old one is worth nothing. */
  readonly tokens: () => number;
};

export async function installation(
  organisation: Organisation,
  time: { now: () => Date },
): Promise<Installation> {
  const web = await webWorkspace({
    org: organisation.org,
    accessTokenSeconds: TOKEN_SECONDS,
    oldRefreshTokens: "refused",
  });
  time.now = () => web.clock.now();
  const { database, clock, runner } = web;
  // A session ends long before the thirty days do.
  const admin = () => web.as("company-admin");
  const end = await logIn(web, await admin());
  if (end !== CONNECTED_PAGE) throw new Error(`The log-in ended at ${end}.`);
  const schedule = { changesEveryMinutes: 360, fullEveryMinutes: 1_440, fullAt: null };
  const scheduled = await (await admin()).put("/connection/schedule", schedule);
  if (scheduled.status !== 200) throw new Error(scheduled.text);
  const worker = workerOf(web);
  onTestFinished(async () => {
    await worker.close();
    await web.stop();
  });

  async function finishedRun(run: number): Promise<RunSummary> {
    await runner.waitUntilIdle();
    return summaryOf(database.kysely, run);
  }
  async function requestRun(path: string, body?: unknown): Promise<RunSummary> {
    const answer = await (await admin()).post(path, body);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.text}`);
    return finishedRun(Number(answer.body.run.id));
  }
  async function nextRun(): Promise<RunSummary> {
    for (let looks = 0; looks < 1_000; looks += 1) {
      const { body } = await (await admin()).get("/connection");
      const due = Date.parse(body.nextRunAt ?? "");
      const today = clock.now().getTime();
      clock.set(new Date(due > today ? due : today + 300_000));
      const run = await worker.poll();
      if (run !== undefined) return finishedRun(run);
    }
    throw new Error("The schedule starts no run any more.");
  }
  return {
    web,
    nextRun,
    plan: (chosen) => {
      const { selection, onDomainTaken, view } = chosen;
      const settings = {
        selection: selection === "all" ? { kind: "all" } : { kind: "view", view },
        mapping: mappingOf(chosen),
        options: { allowDuplicateNames: false, onDomainTaken },
      };
      return requestRun("/runs", { mode: "plan", settings });
    },
    apply: (run) => requestRun(`/runs/${run}/apply`),
    discard: async (run) => {
      const answer = await (await admin()).post(`/runs/${run}/discard`);
      if (answer.status !== 200) throw new Error(answer.text);
    },
    sync: () => requestRun("/runs", { mode: "sync" }),
    tokens: () => {
      const given = [...web.simulator.requests].filter(([pattern]) => pattern.endsWith("/oauth2/v2.0/token"));
      return given.reduce((sum, [, times]) => sum + times, 0);
    },
  };
}

/** One that looks when it is told to. */
function workerOf({ database, clock, runner, notify }: WebWorkspace): Worker {
  const log = createLog({ level: "silent" });
  return startWorker({ database, clock, log, runner, periodicTasks: [() => notifyMissed(notify)] }, DAY_MS);
}
