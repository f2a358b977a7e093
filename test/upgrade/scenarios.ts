// The databases of the fixture: the state each was left in, and what happens next. The same was
// done with version 0.1.0, whose result was recorded, and is done with this version.
import type { Org } from "../../simulator/org/org.ts";
import type { SettableClock } from "../../src/lib/clock.ts";
import type { Browser } from "../harness/web.ts";
import type { Installation } from "./installation.ts";
import { applyDayOfChanges, emptyView, shrinkView } from "./organisation.ts";

export type Scenario = {
  /** What changed at the source since the state that all databases have in common. */
  readonly changeSource: (org: Org) => void;
  /** What Dana, a company admin, does before the runner takes whatever is runnable. */
  readonly act?: (dana: Browser, clock: SettableClock) => Promise<void>;
  /** What one more sync comes to afterwards. */
  readonly nextSync: typeof UNCHANGED | typeof AWAITS_APPROVAL;
};

const UNCHANGED = { status: "done", counts: { created: 0, linked: 0, updated: 0, failed: 0, stopped: 0 } };
const AWAITS_APPROVAL = { status: "planned" };

const AFTER_A_DAY = { changeSource: applyDayOfChanges, nextSync: UNCHANGED };
/** The day's changes are more than the limits allow without an approval. */
const OVER_LIMIT = { changeSource: applyDayOfChanges, nextSync: AWAITS_APPROVAL };

async function post(dana: Browser, path: string, body?: unknown): Promise<void> {
  const { status, text } = await dana.post(path, body);
  if (status !== 200) throw new Error(`${path}: ${text}`);
}

const startSync = (dana: Browser) => post(dana, "/runs", { mode: "sync" });
const resume = (dana: Browser) => post(dana, "/connection/resume");

export const scenarios: Readonly<Record<string, Scenario>> = {
  idle: { changeSource: () => undefined, nextSync: UNCHANGED },
  // A preview, and three syncs: one with too many changes, one with too few accounts, one with none.
  "plans-awaiting-approval": {
    changeSource: (org) => {
      applyDayOfChanges(org);
      shrinkView(org);
      emptyView(org);
    },
    act: (dana) => post(dana, "/runs/18/apply"),
    nextSync: AWAITS_APPROVAL,
  },
  approved: AFTER_A_DAY,
  "approved-by-the-schedule": AFTER_A_DAY,
  "approved-and-claimed": AFTER_A_DAY,
  "queued-retry": AFTER_A_DAY,
  "needs-attention": { ...AFTER_A_DAY, act: startSync },
  "paused-while-reading": { ...OVER_LIMIT, act: resume },
  reading: OVER_LIMIT,
  planning: OVER_LIMIT,
  "applying-killed": AFTER_A_DAY,
  "finishing-killed": AFTER_A_DAY,
  "applying-stopped": AFTER_A_DAY,
  "applying-paused": { ...AFTER_A_DAY, act: resume },
  "applying-cancelled": { ...AFTER_A_DAY, act: startSync },
  "applying-interrupted": { ...AFTER_A_DAY, act: async (_, clock) => clock.advance(60_000) },
  "applying-failed": { ...AFTER_A_DAY, act: startSync },
};

/** Acts, and lets the runner work until nothing is runnable. */
export async function runScenario(
  { act }: Scenario,
  installation: Installation,
  { token, clock }: { readonly token: string; readonly clock: SettableClock },
): Promise<void> {
  await act?.(installation.browser(token), clock);
  await installation.runner.waitUntilIdle();
}

/** @returns the run as the API shows it at its end */
export async function syncAgain({ browser, runner }: Installation, token: string): Promise<unknown> {
  const dana = browser(token);
  const { body } = await dana.post("/runs", { mode: "sync" });
  await runner.waitUntilIdle();
  return (await dana.get(`/runs/${body.run.id}`)).body.run;
}
