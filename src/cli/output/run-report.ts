// A run as text: what happened to the accounts, what went wrong, and what to look at next.
import { approvalExplanations, haltExplanations } from "../../settings/run-explanations.ts";
import { issueKindNames, issueKinds } from "../../sync/rules/issue-kinds.ts";
import { severityOf, type SeverityCounts } from "../../sync/rules/severity.ts";
import type { RunSummary } from "../../sync/record/run-summary.ts";
import { formatCount, pluralize, formatDuration, formatInstant, padToWidth } from "./format.ts";
import { tableLines } from "./table.ts";

/** The counts that add up to what was read, with a note on those that need one. */
const outcomes = [
  ["created", "new here"],
  ["linked", "were here already, found by domain or name"],
  ["updated", "something differed"],
  ["unchanged", ""],
  ["skipped", "not synced; the issues say why"],
  ["failed", "changed here meanwhile; sync again"],
] as const satisfies readonly (readonly [keyof RunSummary, string])[];

/** Returns lines without line ends. */
export function runReport(run: RunSummary): string[] {
  return [headline(run), ...errorLines(run), ...countLines(run), ...issueLines(run), ...nextStepLines(run)];
}

function headline(run: RunSummary): string {
  const ms = workMs(run);
  const after = ms === undefined ? "" : ` after ${formatDuration(ms)}`;
  if (run.status === "planned")
    return `Run ${run.id} is planned${after}. Nothing has been written to the accounts.`;
  return `Run ${run.id} ${statusPhrases[run.status]}${after}.`;
}

/**
 * Returns milliseconds of work, if known: a plan that was applied later would also count the time
 * between.
 */
function workMs({ mode, startedAt, plannedAt, finishedAt, status }: RunSummary): number | undefined {
  const end = status === "planned" ? plannedAt : mode === "plan" ? null : finishedAt;
  return end === null ? undefined : end.getTime() - startedAt.getTime();
}

function workDuration(run: RunSummary): string {
  const ms = workMs(run);
  return ms === undefined ? "" : formatDuration(ms);
}

const statusPhrases: Readonly<Record<RunSummary["status"], string>> = {
  queued: "waits for a worker",
  reading: "is reading",
  planning: "is planning",
  planned: "is planned",
  applying: "is being applied",
  done: "is done",
  failed: "failed",
  discarded: "was discarded",
  interrupted: "was interrupted",
};

function errorLines({ error, approvalReason, haltReason }: RunSummary): string[] {
  const lines = error === null ? [] : ["", error.sentence];
  const explanation =
    (approvalReason && approvalExplanations[approvalReason]) ?? (haltReason && haltExplanations[haltReason]);
  if (explanation !== null) lines.push("", `${explanation.finding} ${explanation.fix}`);
  return lines;
}

function countLines(run: RunSummary): string[] {
  if (run.error !== null && run.read === 0) return [];
  const rows: [string, number, string][] = [
    ["Read", run.read, "accounts of Dynamics 365"],
    ...outcomes.map(([key, remark]): [string, number, string] => [
      `  ${key}`,
      run[key],
      run[key] === 0 ? "" : remark,
    ]),
    [
      "Stopped",
      run.stopped,
      run.stopped === 0 ? "" : "no longer in the selection; kept here, not synced any more",
    ],
    [
      "Merged",
      run.merged,
      run.merged === 0 ? "" : "their records were merged into others; kept here, without their domains",
    ],
  ];
  const width = Math.max(...rows.map(([, value]) => formatCount(value).length));
  const lines = rows.map(([name, value, remark]) =>
    `  ${padToWidth(name, 13)}${padToWidth(formatCount(value), width, "right")}  ${remark}`.trimEnd(),
  );
  const throttled = run.throttledMs > 0 ? `, waited ${formatDuration(run.throttledMs)} for its limits` : "";
  const retried = run.retries > 0 ? `, ${formatCount(run.retries)} repeated` : "";
  const usage =
    run.requests > 0
      ? ["", `  ${pluralize(run.requests, "request")} to Dynamics 365${retried}${throttled}`]
      : [];
  return ["", ...lines, ...usage];
}

function issueLines(run: RunSummary): string[] {
  const present = issueKindNames.filter((kind) => (run.issues[kind] ?? 0) > 0);
  if (present.length === 0) return [];
  const rows = present.map((kind) => [
    formatCount(run.issues[kind] ?? 0),
    severityOf(kind),
    issueKinds[kind].title,
    kind,
  ]);
  const lines = tableLines(
    [{ title: "Issues", align: "right" }, { title: "" }, { title: "", maxWidth: 80 }, { title: "" }],
    rows,
  );
  return ["", ...lines.map((line) => `  ${line}`)];
}

function nextStepLines(run: RunSummary): string[] {
  const next: string[] = [];
  if (run.status === "planned")
    next.push(`sluice apply ${run.id}   applies exactly this plan, within 24 hours`);
  if (Object.keys(run.issues).length > 0)
    next.push(`sluice issues --run ${run.id}   tells which accounts, and what to do`);
  return next.length === 0 ? [] : ["", "Next:", ...next.map((line) => `  ${line}`)];
}

/** "1 blocking, 3 errors, 12 notes", without zeros. */
function formatIssueCounts({ blocking, error, note }: SeverityCounts): string {
  const parts = [
    ...(blocking > 0 ? [`${formatCount(blocking)} blocking`] : []),
    ...(error > 0 ? [pluralize(error, "error")] : []),
    ...(note > 0 ? [pluralize(note, "note")] : []),
  ];
  return parts.length === 0 ? "none" : parts.join(", ");
}

const numberColumn = (title: string) => ({ title, align: "right" as const });

/** Returns the table of `sluice runs`. */
export function runTable(runs: readonly RunSummary[]): string[] {
  if (runs.length === 0) return ['No runs yet. "sluice sync" starts one.'];
  const keys = [
    "read",
    "created",
    "linked",
    "updated",
    "unchanged",
    "skipped",
    "failed",
    "stopped",
    "merged",
  ] as const;
  return tableLines(
    [
      numberColumn("run"),
      { title: "started" },
      { title: "mode" },
      { title: "status" },
      numberColumn("took"),
      ...keys.map((key) => numberColumn(key)),
      { title: "issues" },
    ],
    runs.map((run) => [
      String(run.id),
      formatInstant(run.startedAt),
      run.mode,
      run.status,
      workDuration(run),
      ...keys.map((key) => formatCount(run[key])),
      formatIssueCounts(run.issuesBySeverity),
    ]),
  );
}
