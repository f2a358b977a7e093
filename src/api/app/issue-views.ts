// Issues as the contract has them: groups with a suggested fix, single issues with links to record
// and account, and all of them as CSV.
import { recordUrl } from "../../accounts/details.ts";
import type { RecordUrlBase } from "../../accounts/synced-fields.ts";
import { spreadsheetCsv, type CsvCells } from "../../csv/write-csv.ts";
import type { Database } from "../../db/pool.ts";
import type { RunCounts } from "../../sync/tables.ts";
import { issueKindInfo, issueKinds, issueKindNames } from "../../sync/rules/issue-kinds.ts";
import { severityOf } from "../../sync/rules/severity.ts";
import type { IssueLifetime } from "../../sync/report/issue-lifetimes.ts";
import {
  issueCountsByKind,
  issueCountsByPerson,
  issuePage,
  type IssueSource,
  type ListedIssue,
} from "../../sync/report/issue-pages.ts";
import { suggestFix } from "../../sync/report/suggested-fixes.ts";
import type { SyncOptions } from "../../settings/sync-settings.ts";
import type { IssueGroup, IssueView } from "../contract/runs.ts";

const MAX_LISTED_PEOPLE = 50;

/** Returns groups in the order of the kinds' definition, the most severe first. */
export async function issueGroups(
  database: Database,
  source: IssueSource,
  options: SyncOptions | undefined,
  plan?: { readonly id: number; readonly counts: RunCounts },
): Promise<IssueGroup[]> {
  const countsByKind = new Map((await issueCountsByKind(database, source)).map((one) => [one.kind, one]));
  const groups: IssueGroup[] = [];
  for (const kind of issueKindNames) {
    const found = countsByKind.get(kind);
    if (!found) continue;
    const fix = options && (await suggestFix(database, found, options, plan));
    const { title, explanation, howToResolve, effect, explainPerson } = issueKindInfo(kind);
    const people = explainPerson && (await issueCountsByPerson(database, source, kind, MAX_LISTED_PEOPLE));
    groups.push({
      title,
      explanation,
      howToResolve,
      effect,
      severity: severityOf(kind),
      ...found,
      people: people ? { count: people.count, listed: [...people.listed] } : null,
      fix: fix ?? null,
    });
  }
  return groups;
}

function recordUrlOrNull(urlBase: RecordUrlBase | null, recordId: string | null): string | null {
  return urlBase === null || recordId === null ? null : recordUrl(urlBase, recordId);
}

/**
 * A domain that was only left out stays with the other account when that is unlinked, since nothing
 * is linked to it then.
 */
function canUnlinkOther({ kind, otherAccountState }: ListedIssue): boolean {
  const hasStopped = otherAccountState === "left-view" || otherAccountState === "merged";
  return hasStopped && issueKinds[kind].effect === "skips-account";
}

export function issueView(
  issue: ListedIssue,
  { lastSeenAt, timesSeen }: IssueLifetime,
  urlBase: RecordUrlBase | null,
): IssueView {
  return {
    ...issue,
    severity: severityOf(issue.kind),
    id: [issue.kind, issue.recordId, issue.field, issue.value].map((part) => part ?? "").join("/"),
    dynamicsUrl: recordUrlOrNull(urlBase, issue.recordId),
    canUnlinkOther: canUnlinkOther(issue),
    firstSeenAt: issue.firstSeenAt?.toISOString() ?? null,
    lastSeenAt: lastSeenAt?.toISOString() ?? null,
    timesSeen,
  };
}

const CSV_PAGE_SIZE = 1_000;
const CSV_HEADER = [
  "Kind",
  "Severity",
  "What happened",
  "Account",
  "Field",
  "Value",
  "Dynamics 365 id",
  "Dynamics 365 record",
  "Account number",
  "In the way",
  "Account number in the way",
  "First seen",
];

type CsvFilter = {
  readonly kinds: readonly string[] | undefined;
  readonly urlBase: RecordUrlBase | null;
};

/** Reads page by page, so that memory does not grow with the number of issues. */
export function issueCsv(database: Database, source: IssueSource, filter: CsvFilter): AsyncGenerator<string> {
  return spreadsheetCsv(rowBatches(database, source, filter));
}

async function* rowBatches(
  database: Database,
  source: IssueSource,
  { kinds, urlBase }: CsvFilter,
): AsyncGenerator<readonly CsvCells[]> {
  yield [CSV_HEADER];
  let page = await issuePage(database, source, { kinds, limit: CSV_PAGE_SIZE });
  for (;;) {
    yield page.issues.map((issue) => [
      issueKinds[issue.kind].title,
      severityOf(issue.kind),
      issue.sentence,
      issue.name,
      issue.field,
      issue.value,
      issue.recordId,
      recordUrlOrNull(urlBase, issue.recordId),
      issue.accountId,
      issue.otherAccountName,
      issue.otherAccountId,
      issue.firstSeenAt?.toISOString(),
    ]);
    if (page.next === undefined) return;
    page = await issuePage(database, source, { kinds, after: page.next, limit: CSV_PAGE_SIZE });
  }
}
