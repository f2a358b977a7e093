// Routes of issues: those of a run and the open ones, their export, and retries.
import { z } from "zod";
import type { RecordUrlBase } from "../../accounts/synced-fields.ts";
import { loadConnection } from "../../connections/connection.ts";
import type { Database } from "../../db/pool.ts";
import { decodeCursor, encodeCursor } from "../../lib/cursor.ts";
import { NIL_UUID } from "../../lib/nil-uuid.ts";
import type { RunStore, StoredRun } from "../../sync/record/run-record.ts";
import { NO_COUNTS } from "../../sync/record/run-summary.ts";
import { blockingDomains } from "../../sync/report/blocking-domains.ts";
import { issueLifetimes } from "../../sync/report/issue-lifetimes.ts";
import { issuePage, type IssueCursor, type IssueSource } from "../../sync/report/issue-pages.ts";
import { runRoutes as contract } from "../contract/runs.ts";
import type { Download } from "../downloads.ts";
import { implement, type Implementation } from "../implement.ts";
import { issueCsv, issueGroups, issueView } from "./issue-views.ts";
import { requireRun } from "./run-views.ts";
import { runAnswer, starterOf, type RunRouteDeps } from "./runs.ts";

export type IssueRouteDeps = RunRouteDeps & { readonly download: Download };

export function issueRoutes(deps: IssueRouteDeps): Implementation[] {
  const { database, requests, download } = deps;
  return [
    implement(contract.listProblems, async ({ params }) => {
      const run = await requireRun(deps, params.id);
      const { id, counts, settings, status } = run;
      const plan = status === "planned" ? { id, counts: { ...NO_COUNTS, ...counts } } : undefined;
      const groups = await issueGroups(
        database,
        await issueSource(deps, run),
        settings.settings.options,
        plan,
      );
      return { groups };
    }),
    implement(contract.listRunIssues, async ({ params, query }) =>
      issuesAnswer(database, await issueSource(deps, await requireRun(deps, params.id)), query),
    ),
    implement(contract.listIssueGroups, async () => {
      const { settings } = await loadConnection(database.kysely);
      return { groups: await issueGroups(database, await issueSource(deps), settings?.options) };
    }),
    implement(contract.listBlockingDomains, async ({ query }) => {
      const run = query.run === undefined ? undefined : await requireRun(deps, query.run);
      const { domains } = await blockingDomains(database, await issueSource(deps, run));
      return { domains: [...domains] };
    }),
    implement(contract.listIssues, async ({ query }) =>
      issuesAnswer(database, await issueSource(deps), query),
    ),
    implement(contract.exportIssues, async ({ query: { kind } }, _, exchange) => {
      const source = await issueSource(deps);
      const kinds = kind === undefined ? undefined : [kind];
      const lines = issueCsv(database, source, { kinds, urlBase: source.urlBase });
      await download(exchange, "sync-issues.csv", lines);
      return undefined;
    }),
    implement(contract.retryIssues, async ({ body }, caller) =>
      runAnswer(deps, await requests.retry(body, starterOf(caller))),
    ),
  ];
}

type IssueSourceWithUrl = IssueSource & { readonly urlBase: RecordUrlBase | null };

/**
 * Returns where to read issues, those of a run or the open ones, with the base of their records'
 * URLs.
 */
async function issueSource(store: RunStore, run?: StoredRun): Promise<IssueSourceWithUrl> {
  const { environment } = await loadConnection(store.database.kysely);
  if (run === undefined)
    return { organizationId: environment?.organizationId ?? NIL_UUID, urlBase: environment };
  const { id, organizationId, status } = run;
  // Records of another organisation have no address in the connected one.
  const urlBase = environment?.organizationId === organizationId ? environment : null;
  return { organizationId, run: { id, status }, urlBase };
}

const ISSUE_PAGE_SIZE = 50;

export const issueCursor: z.ZodType<IssueCursor> = z.tuple([z.string(), z.guid(), z.string(), z.string()]);

async function issuesAnswer(
  database: Database,
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
    issues: page.issues.map((issue, index) => issueView(issue, lifetimes[index]!, source.urlBase)),
    next: page.next === undefined ? null : encodeCursor(page.next),
  };
}
