// Routes of runs: starting, previewing, applying, cancelling and following them, their history and
// their issues.
import { z } from "zod";
import { customFields } from "../../accounts/custom-fields.ts";
import type { RecordUrlBase } from "../../accounts/synced-fields.ts";
import { loadConnection } from "../../connections/connection.ts";
import { newFieldsOf } from "../../connections/setup/validate-mapping.ts";
import { decodeCursor, encodeCursor } from "../../lib/cursor.ts";
import type { RunRequests } from "../../jobs/requests.ts";
import { NIL_UUID } from "../../lib/nil-uuid.ts";
import { type RunStarter } from "../../sync/record/start-run.ts";
import { changePage, type ChangeCursor } from "../../sync/report/change-pages.ts";
import { issueLifetimes } from "../../sync/report/issue-lifetimes.ts";
import { issuePage, type IssueCursor, type IssueSource } from "../../sync/report/issue-pages.ts";
import { storedRun, type RunStore } from "../../sync/record/run-record.ts";
import { NO_COUNTS } from "../../sync/record/run-summary.ts";
import { runRoutes as contract } from "../contract/runs.ts";
import type { ChosenSettings } from "../../settings/sync-settings.ts";
import type { Download } from "../downloads.ts";
import { ApiError, implement, requireTeammate, type Caller, type Implementation } from "../implement.ts";
import { changesCsv } from "./changes-csv.ts";
import { issueCsv, issueGroups, issueView } from "./issues.ts";
import { sendRunEvents } from "./run-events.ts";
import { runsBefore, runView } from "./run-views.ts";
import { sharedReads } from "./shared-reads.ts";

export type RunRouteDeps = RunStore & { readonly requests: RunRequests; readonly download: Download };

type IssueSourceWithUrl = IssueSource & { readonly urlBase: RecordUrlBase | null };

const ISSUE_PAGE_SIZE = 50;

export function runRoutes(deps: RunRouteDeps): Implementation[] {
  const { database, requests, download } = deps;
  const readLater = sharedReads((id) => runView(deps, id));
  const runAnswer = async (id: number) => ({ run: await runView(deps, id) });

  /**
   * Returns where to read issues, those of a run or the open ones, with the base of their records'
   * URLs.
   */
  async function issueSource(runId?: number): Promise<IssueSourceWithUrl> {
    const { environment } = await loadConnection(database.kysely);
    if (runId === undefined)
      return { organizationId: environment?.organizationId ?? NIL_UUID, urlBase: environment };
    const { id, organizationId, status } = await requireRun(runId);
    // Records of another organisation have no address in the connected one.
    const urlBase = environment?.organizationId === organizationId ? environment : null;
    return { organizationId, run: { id, status }, urlBase };
  }

  async function requireRun(runId: number) {
    await runView(deps, runId);
    return storedRun(database.kysely, runId);
  }

  async function pageOfIssues(
    source: IssueSourceWithUrl,
    query: { kind?: string | undefined; q?: string | undefined; after?: string | undefined },
  ) {
    const { kind, q, after } = query;
    const page = await issuePage(database, source, {
      kinds: kind === undefined ? undefined : [kind],
      q,
      after: after === undefined ? undefined : decodeCursor(after, issueCursor),
      limit: ISSUE_PAGE_SIZE,
    });
    const lifetimes = await issueLifetimes(database, source.organizationId, page.issues);
    return {
      issues: page.issues.map((issue, nth) => issueView(issue, lifetimes[nth]!, source.urlBase)),
      next: page.next === undefined ? null : encodeCursor(page.next),
    };
  }

  return [
    implement(contract.startRun, async ({ body }, caller) => {
      if (body.mode === "sync") return runAnswer(await requests.startSync(starterOf(caller)));
      await checkNewFields(body.settings, caller);
      return runAnswer(await requests.startPlan(body.settings, starterOf(caller)));
    }),
    implement(contract.listRuns, async ({ query: { after, limit } }) => {
      const before = after === undefined ? undefined : decodeCursor(after, z.int());
      const runs = await runsBefore(deps, before, limit);
      const last = runs.at(-1);
      return { runs, next: last && runs.length === limit ? encodeCursor(last.id) : null };
    }),
    implement(contract.getRun, async ({ params }) => {
      const { selection, mapping, options } = (await requireRun(params.id)).settings.settings;
      const run = await runView(deps, params.id);
      return { run: { ...run, settings: { selection, mapping, options } } };
    }),
    implement(contract.followRun, async ({ params }, _, { reply }) => {
      const { id } = params;
      await sendRunEvents(reply, await runView(deps, id), (inMs) => readLater(id, inMs));
      return undefined;
    }),
    implement(contract.listChanges, async ({ params, query }) => {
      await requireRun(params.id);
      const after = query.after === undefined ? undefined : decodeCursor(query.after, changeCursor);
      const page = await changePage(database, params.id, { ...query, after });
      return {
        changes: page.changes,
        next: page.next === undefined ? null : encodeCursor(page.next),
      };
    }),
    implement(contract.exportChanges, async ({ params: { id }, query }, _, exchange) => {
      await requireRun(id);
      await download(exchange, `run-${id}.csv`, changesCsv(database, id, query));
      return undefined;
    }),
    implement(contract.listProblems, async ({ params }) => {
      const { id, counts, settings, status } = await requireRun(params.id);
      const plan = status === "planned" ? { id, counts: { ...NO_COUNTS, ...counts } } : undefined;
      const groups = await issueGroups(
        database,
        await issueSource(params.id),
        settings.settings.options,
        plan,
      );
      return { groups };
    }),
    implement(contract.listRunIssues, async ({ params, query }) =>
      pageOfIssues(await issueSource(params.id), query),
    ),
    implement(contract.applyRun, async ({ params, query }, caller) => {
      await requireRun(params.id);
      const resume = query.resume !== undefined;
      return runAnswer(await requests.apply(params.id, starterOf(caller), { resume }));
    }),
    implement(contract.discardRun, async ({ params }) => {
      await requireRun(params.id);
      await requests.discard(params.id);
      return runAnswer(params.id);
    }),
    implement(contract.cancelRun, async ({ params }, caller) => {
      await requireRun(params.id);
      await requests.cancel(params.id, starterOf(caller).name);
      return runAnswer(params.id);
    }),
    implement(contract.listIssueGroups, async () => {
      const { settings } = await loadConnection(database.kysely);
      return { groups: await issueGroups(database, await issueSource(), settings?.options) };
    }),
    implement(contract.listIssues, async ({ query }) => pageOfIssues(await issueSource(), query)),
    implement(contract.exportIssues, async ({ query: { kind } }, _, exchange) => {
      const source = await issueSource();
      const kinds = kind === undefined ? undefined : [kind];
      const lines = issueCsv(database, source, { kinds, urlBase: source.urlBase });
      await download(exchange, "sync-issues.csv", lines);
      return undefined;
    }),
    implement(contract.retryIssues, async ({ body }, caller) =>
      runAnswer(await requests.retry(body, starterOf(caller))),
    ),
  ];

  /** All accounts share the custom fields, so only a company admin may have new ones created. */
  async function checkNewFields(settings: ChosenSettings, caller: Caller): Promise<void> {
    if (caller.teammate?.role === "company-admin") return;
    const missing = newFieldsOf(settings.mapping, await customFields(database.kysely));
    if (missing.length === 0) return;
    const named = missing.map((name) => `"${name}"`).join(", ");
    throw new ApiError(
      403,
      "new-fields",
      `This mapping would make the custom field${missing.length > 1 ? "s" : ""} ${named}, and only a company admin may make any. Ask one to make ${missing.length > 1 ? "them" : "it"}, or map to fields that are there.`,
      "settings.mapping.fields",
    );
  }
}

function starterOf(caller: Caller): RunStarter {
  const { id, name, email } = requireTeammate(caller);
  return { id, name: name || email };
}

const issueCursor: z.ZodType<IssueCursor> = z.tuple([z.string(), z.guid(), z.string(), z.string()]);
const changeCursor: z.ZodType<ChangeCursor> = z.union([
  z.strictObject({ seq: z.number().int(), skip: issueCursor }),
  z.strictObject({ seq: z.number().int() }),
]);
