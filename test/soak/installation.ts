// An installation as `serve` wires it, in one process on a settable clock: pages, runner and
// worker, a database of its own, a connection to the simulated organisation. The schedule starts
// the runs; an admin does the rest through the application's HTTP API.
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

/** Short enough for a token to expire during a long Retry-After. */
export const TOKEN_SECONDS = 600;

export type Installation = {
  readonly web: WebWorkspace;
  /** Sets the clock to the time of the next scheduled run; resolves at the end of that run. */
  readonly nextRun: () => Promise<RunSummary>;
  /** Makes a plan with these settings. */
  readonly plan: (settings: SoakSettings) => Promise<RunSummary>;
  readonly apply: (run: number) => Promise<RunSummary>;
  readonly discard: (run: number) => Promise<void>;
  readonly sync: () => Promise<RunSummary>;
  /**
   * Returns how many access tokens were issued; each comes with a new refresh token that replaces the
   * old one.
   */
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
  // A session expires long before the thirty days are over, so each call signs in again.
  const admin = () => web.as("company-admin");
  const location = await logIn(web, await admin());
  if (location !== CONNECTED_PAGE) throw new Error(`The sign-in ended at ${location}.`);
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
    for (let polls = 0; polls < 1_000; polls += 1) {
      const { body } = await (await admin()).get("/connection");
      const due = Date.parse(body.nextRunAt ?? "");
      const today = clock.now().getTime();
      clock.set(new Date(due > today ? due : today + 300_000));
      const run = await worker.poll();
      if (run !== undefined) return finishedRun(run);
    }
    throw new Error("The schedule starts no more runs.");
  }
  return {
    web,
    nextRun,
    plan: (settings) => {
      const { selection, onDomainTaken, view } = settings;
      const runSettings = {
        selection: selection === "all" ? { kind: "all" } : { kind: "view", view },
        mapping: mappingOf(settings),
        options: { allowDuplicateNames: false, onDomainTaken },
      };
      return requestRun("/runs", { mode: "plan", settings: runSettings });
    },
    apply: (run) => requestRun(`/runs/${run}/apply`),
    discard: async (run) => {
      const answer = await (await admin()).post(`/runs/${run}/discard`);
      if (answer.status !== 200) throw new Error(answer.text);
    },
    sync: () => requestRun("/runs", { mode: "sync" }),
    tokens: () => {
      const tokenRequests = [...web.simulator.requests].filter(([pattern]) =>
        pattern.endsWith("/oauth2/v2.0/token"),
      );
      return tokenRequests.reduce((sum, [, times]) => sum + times, 0);
    },
  };
}

/** Returns a worker that polls only when the test calls it. */
function workerOf({ database, clock, runner, notify }: WebWorkspace): Worker {
  const log = createLog({ level: "silent" });
  return startWorker({ database, clock, log, runner, periodicTasks: [() => notifyMissed(notify)] }, DAY_MS);
}
