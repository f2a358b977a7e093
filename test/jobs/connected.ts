// A workspace connected to Dynamics 365, with its runs as a person starts and follows them in the
// browser: preview, apply, sync.
import { onTestFinished } from "vitest";
import type { ChosenSettings } from "../../src/settings/sync-settings.ts";
import type { IssueView, PlannedChangeView, RunView } from "../../src/api/contract/runs.ts";
import type { Org } from "../../simulator/org/org.ts";
import { webWorkspace, type Browser, type WebOptions, type WebWorkspace } from "../harness/web.ts";

export const SETTINGS: ChosenSettings = {
  selection: { kind: "all" },
  mapping: { name: "name", domains: ["websiteurl"], fields: [] },
  options: { allowDuplicateNames: false, onDomainTaken: "skip" },
};

export type Connected = {
  readonly web: WebWorkspace;
  readonly org: Org;
  /** The browser of a company admin. */
  readonly carol: Browser;
  /** All states of a run that its events report, up to its last one. */
  readonly follow: (run: number) => Promise<RunView[]>;
  /** The run after its end, when the runner is idle. */
  readonly ended: (run: number) => Promise<RunView>;
  readonly plan: (settings?: Partial<ChosenSettings>) => Promise<RunView>;
  readonly apply: (run: number) => Promise<RunView>;
  readonly sync: () => Promise<RunView>;
  /** All pages of a list. */
  readonly changes: (run: number, query?: string) => Promise<PlannedChangeView[]>;
  readonly issues: (path: string) => Promise<IssueView[]>;
  /** Names of the accounts in the workspace, sorted. */
  readonly names: () => Promise<string[]>;
};

export async function connectedWeb(options: WebOptions = {}): Promise<Connected> {
  const web = await webWorkspace(options);
  const carol = await web.as("company-admin");
  const { origin: address, clientId, clientSecret } = web.simulator;
  const connected = await carol.post("/connection/app-only", { address, clientId, clientSecret });
  if (connected.status !== 200) throw new Error(connected.text);

  async function started(path: string, body?: unknown): Promise<number> {
    const answer = await carol.post(path, body);
    if (answer.status !== 200) throw new Error(answer.text);
    return answer.body.run.id;
  }
  async function follow(run: number): Promise<RunView[]> {
    const { text } = await carol.get(`/runs/${run}/events`);
    const events = text.split("\n\n").filter((event) => event.startsWith("data: "));
    return events.map((event): RunView => JSON.parse(event.slice("data: ".length)));
  }
  async function ended(run: number): Promise<RunView> {
    const last = (await follow(run)).at(-1)!;
    // The row says how the run ended shortly before the runner has recorded what follows.
    await web.runner.waitUntilIdle();
    return last;
  }
  async function pages<T>(path: string, key: string, query = ""): Promise<T[]> {
    const all: T[] = [];
    let after = "";
    for (;;) {
      const { status, text, body } = await carol.get(`${path}?${query}${after && `&after=${after}`}`);
      if (status !== 200) throw new Error(text);
      all.push(...body[key]);
      if (body.next === null) return all;
      after = body.next;
    }
  }
  // Runs must end before the database of the test is closed.
  onTestFinished(() => web.stop());
  return {
    web,
    org: web.simulator.org,
    carol,
    follow,
    ended,
    plan: async (settings) =>
      ended(await started("/runs", { mode: "plan", settings: { ...SETTINGS, ...settings } })),
    apply: async (run) => ended(await started(`/runs/${run}/apply`)),
    sync: async () => ended(await started("/runs", { mode: "sync" })),
    changes: (run, query) => pages(`/runs/${run}/changes`, "changes", query),
    issues: (path) => {
      const [before, query] = path.split("?");
      return pages(before!, "issues", query);
    },
    names: async () => {
      const accounts = await web.database.kysely.selectFrom("accounts").select("name").execute();
      return accounts.map(({ name }) => name).toSorted();
    },
  };
}
