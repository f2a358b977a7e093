// The issues of a run as text: by kind, with what to do and the accounts concerned.
import type { BlockingDomains } from "../../sync/report/blocking-domains.ts";
import { issueKindInfo, issueKindNames, type IssueKind } from "../../sync/rules/issue-kinds.ts";
import { severityOf } from "../../sync/rules/severity.ts";
import type { RunIssue } from "../../sync/record/run-summary.ts";
import { formatCount, pluralize, toOneLine, wrapText } from "./format.ts";
import { tableLines } from "./table.ts";

export interface IssueReportOptions {
  /** Maximum accounts per kind. */
  readonly limit: number;
  readonly columns: number;
  readonly blocking?: BlockingDomains;
}

/** Returns lines without line ends. */
export function issueReport(issues: readonly RunIssue[], options: IssueReportOptions): string[] {
  if (issues.length === 0) return ["No issues."];
  return issueKindNames.flatMap((kind) =>
    kindLines(
      kind,
      issues.filter((issue) => issue.kind === kind),
      options,
    ),
  );
}

function kindLines(
  kind: IssueKind,
  issues: readonly RunIssue[],
  { limit, columns, blocking }: IssueReportOptions,
): string[] {
  if (issues.length === 0) return [];
  const { title, explanation, howToResolve, explainPerson } = issueKindInfo(kind);
  return [
    `${title} (${kind}, ${severityOf(kind)}): ${pluralize(issues.length, "time")}`,
    ...wrapText(explanation, columns, "  "),
    ...wrapText(`What to do: ${howToResolve}`, columns, "  "),
    ...(blocking ? blockingLines(kind, blocking, columns) : []),
    "",
    ...(explainPerson ? personLines(issues, limit) : accountLines(issues, limit)),
    "",
  ];
}

function blockingLines(kind: IssueKind, { domains, trigger }: BlockingDomains, columns: number): string[] {
  return domains
    .filter((one) => one.kind === kind)
    .flatMap(({ domain, records, effect, consequence }) => {
      const where =
        trigger === "command-line"
          ? `Add it in the connection file: commonDomains: { add: [${domain}] }`
          : "Add it in the app, under Settings, Domains, as an additional common domain.";
      const advice = `${domain} blocks ${pluralize(records, "account")}. If it belongs to no single customer, make it a common domain: ${effect} ${consequence} ${where}`;
      return wrapText(advice, columns, "  ");
    });
}

/** Counts the accounts of each person whom the values name, most first. */
function personLines(issues: readonly RunIssue[], limit: number): string[] {
  const accountsOf = new Map<string, Set<string | null>>();
  for (const { value, recordId } of issues)
    accountsOf.set(value ?? "", (accountsOf.get(value ?? "") ?? new Set()).add(recordId));
  const people = [...accountsOf].toSorted(([, a], [, b]) => b.size - a.size);
  const rows = people.slice(0, limit).map(([person, accounts]) => [person, formatCount(accounts.size)]);
  const more = people.length - rows.length;
  return [
    ...tableLines([{ title: "person", maxWidth: 80 }, { title: "accounts" }], rows).map(
      (line) => `    ${line}`,
    ),
    ...(more > 0 ? [`    … and ${formatCount(more)} more people. --limit shows more of them.`] : []),
    "    --json lists the accounts.",
  ];
}

/** Only a record that is not linked yet can be linked to the other account. */
function unlinkLines(issues: readonly RunIssue[]): string[] {
  const unlinkable = issues.find(
    ({ kind, otherStopReason }) =>
      otherStopReason === "left-view" && issueKindInfo(kind).effect === "skips-account",
  );
  if (unlinkable === undefined) return [];
  return [
    `    "sluice accounts unlink ${unlinkable.otherAccountId}" unlinks that account, which keeps its values; --all-left-view all such.`,
  ];
}

function otherAccountCell({ otherAccountId, otherStopReason }: RunIssue): string {
  if (otherAccountId === null) return "";
  return `account ${otherAccountId}${otherStopReason === "left-view" ? ", left the view" : ""}`;
}

function accountLines(issues: readonly RunIssue[], limit: number): string[] {
  const shown = issues.slice(0, limit);
  const columns = [
    { title: "account", cell: (issue: RunIssue) => issue.name ?? "" },
    { title: "field", cell: (issue: RunIssue) => issue.field ?? "" },
    { title: "value", cell: (issue: RunIssue) => toOneLine(issue.value ?? "", 60) },
    {
      title: "in the way",
      cell: otherAccountCell,
    },
    { title: "Dynamics id", cell: (issue: RunIssue) => issue.recordId ?? "" },
  ].filter(({ cell }) => shown.some((issue) => cell(issue) !== ""));
  const rows = shown.map((issue) => columns.map(({ cell }) => cell(issue)));
  const more = issues.length - shown.length;
  return [
    ...tableLines(columns, rows).map((line) => `    ${line}`),
    ...(more > 0 ? [`    … and ${formatCount(more)} more. --limit shows more of them.`] : []),
    ...unlinkLines(issues),
  ];
}
