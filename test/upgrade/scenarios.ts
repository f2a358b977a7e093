// The databases of the fixture: the state each was left in, and what happens next. The same was
// done with version 0.1.0, whose result was recorded, and is done with this version.
import type { Org } from "../../simulator/org/org.ts";
import type { RunView } from "../../src/api/contract/runs.ts";
import type { SettableClock } from "../../src/lib/clock.ts";
import type { Browser } from "../harness/web.ts";
import type { Installation } from "./installation.ts";
import { applyDayOfChanges, emptyView, shrinkView } from "./organisation.ts";

export type Scenario = {
  /** What changed at the source since the state that all databases have in common. */
  readonly changeSource: (org: Org) => void;
  /** What Dana, a company admin, does before the runner takes whatever is runnable. */
  readonly act?: (dana: Browser, clock: SettableClock) => Promise<void>;
  /** The two newest runs after that, the newest first. */
  readonly left: readonly string[];
  /** Its selection is all active accounts, and not the view. */
  readonly selectsAll?: true;
};

/** What a sync comes to that finds nothing to do. */
export const UNCHANGED = {
  counts: { created: 0, linked: 0, updated: 0, failed: 0, stopped: 0 },
};
/** A plan of the old rules is not applied, even if somebody has approved it (rule 16). */
const REFUSED = ["plan planned RunError", "sync done"];
const FINISHED = ["plan done", "sync done"];

async function post(dana: Browser, path: string, body?: unknown): Promise<void> {
  const { status, text } = await dana.post(path, body);
  if (status !== 200) throw new Error(`${path}: ${text}`);
}

const startSync = (dana: Browser) => post(dana, "/runs", { mode: "sync" });
const resume = (dana: Browser) => post(dana, "/connection/resume");

export const scenarios: Readonly<Record<string, Scenario>> = {
  idle: { changeSource: () => undefined, left: ["sync done", "plan done"] },
  // A preview, and three syncs: one with too many changes, one with too few accounts, one with none.
  "plans-awaiting-approval": {
    changeSource: (org) => {
      applyDayOfChanges(org);
      shrinkView(org);
      emptyView(org);
    },
    act: (dana) => post(dana, "/runs/18/apply"),
    left: ["sync planned empty-selection", "sync planned brake-shrunk"],
  },
  approved: afterADay(REFUSED),
  "approved-by-the-schedule": afterADay(REFUSED),
  "approved-and-claimed": afterADay(REFUSED),
  "queued-retry": { ...afterADay(["retry done", "plan done"]), selectsAll: true },
  "needs-attention": afterADay(["sync done", "sync failed view-not-found"], startSync),
  "paused-while-reading": afterADay(["plan planned", "sync planned brake-changes"], resume),
  reading: afterADay(["changes planned brake-changes", "sync done"]),
  planning: afterADay(["sync planned brake-changes", "sync done"]),
  "applying-killed": afterADay(["sync done", "sync done"]),
  "finishing-killed": afterADay(FINISHED),
  "applying-stopped": afterADay(FINISHED),
  "applying-paused": afterADay(FINISHED, resume),
  "applying-cancelled": afterADay(["sync planned brake-changes", "plan done"], startSync),
  "applying-interrupted": afterADay(FINISHED, async (_, clock) => clock.advance(60_000)),
  "applying-failed": afterADay(["sync planned brake-changes", "plan done"], startSync),
};

function afterADay(left: readonly string[], act?: Scenario["act"]): Scenario {
  return { changeSource: applyDayOfChanges, left, ...(act && { act }) };
}

/** Acts, and lets the runner work until nothing is runnable. */
export async function runScenario(
  { act }: Scenario,
  installation: Installation,
  { token, clock }: { readonly token: string; readonly clock: SettableClock },
): Promise<void> {
  await act?.(installation.browser(token), clock);
  await installation.runner.waitUntilIdle();
}

/** @returns mode and status of the two newest runs, and why they wait or ended */
export async function newestRuns({ browser }: Installation, token: string): Promise<string[]> {
  const { body } = await browser(token).get("/runs?limit=2");
  return body.runs.map((run: RunView) =>
    [run.mode, run.status, run.approvalReason, run.haltReason, run.error?.kind].filter(Boolean).join(" "),
  );
}

/** Syncs, and applies the plan if it needs approval. */
export async function syncAndApprove(installation: Installation, token: string): Promise<void> {
  const run = await syncAgain(installation, token);
  if (run.status !== "planned") return;
  await post(installation.browser(token), `/runs/${run.id}/apply`);
  await installation.runner.waitUntilIdle();
}

/** @returns the run as the API shows it at its end */
export async function syncAgain({ browser, runner }: Installation, token: string): Promise<RunView> {
  const dana = browser(token);
  const { body } = await dana.post("/runs", { mode: "sync" });
  await runner.waitUntilIdle();
  return (await dana.get(`/runs/${body.run.id}`)).body.run;
}
