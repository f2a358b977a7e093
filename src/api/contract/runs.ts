// Contract of runs: planning, previewing, applying and following them, their history and their
// issues.
import { z } from "zod";
import { dateFormat } from "../../settings/dates.ts";
import { approvalReason, haltReason } from "../../settings/run-explanations.ts";
import { changedOptions, chosenSettings, chosenSettingsInput } from "../../settings/sync-settings.ts";
import { cursor, idParam, timestamp, route } from "./route.ts";

const runStatus = z.enum([
  // Until a worker claims it, or takes it over.
  "queued",
  "reading",
  "planning",
  "planned",
  "applying",
  "done",
  "failed",
  "discarded",
  "interrupted",
]);

export const planAction = z.enum(["create", "link", "update", "resume", "stop", "merge", "skip"]);
export type PlanAction = z.infer<typeof planAction>;

/** "take-over" are the links that take over the account of a deleted or deactivated record. */
export const planFilter = z.enum([...planAction.options, "take-over"]);
export type PlanFilterAction = z.infer<typeof planFilter>;
/**
 * "blocking": the sync or a field stopped. "error": an account was not synced. "note": a value was
 * left out, or a person chose it.
 */
const severity = z.enum(["blocking", "error", "note"]);

const counts = z.object({
  read: z.number(),
  created: z.number(),
  linked: z.number(),
  updated: z.number(),
  unchanged: z.number(),
  skipped: z.number(),
  failed: z.number(),
  stopped: z.number(),
  merged: z.number(),
});

const progress = z.object({
  stage: z.enum(["connect", "read", "plan", "apply", "finish"]),
  done: z.number(),
  /** Null while it is unknown. */
  total: z.number().nullable(),
  /** Accounts per second, recently. */
  rate: z.number().nullable(),
  secondsLeft: z.number().nullable(),
});

export const run = z.object({
  id: z.number(),
  /**
   * "changes" reads only what changed since the last run; "retry" processes only the accounts of
   * certain issues.
   */
  mode: z.enum(["sync", "changes", "plan", "retry"]),
  status: runStatus,
  trigger: z.enum(["person", "schedule", "command-line"]),
  /** Null if it was not a person in the app. */
  startedBy: z.string().nullable(),
  /** Who applied the plan. */
  appliedBy: z.string().nullable(),
  /** Who cancelled it. */
  cancelledBy: z.string().nullable(),
  counts,
  /** Changes of the plan by action; `counts` has resumed accounts among the updated ones. */
  actions: z.partialRecord(planAction, z.number()).optional(),
  /** How many of the links take over the account of a deleted or deactivated record. */
  takeOvers: z.number(),
  /** The settings it was planned with; lists omit them. */
  settings: chosenSettings.optional(),
  /**
   * If labels are in another language than before, with the updates in which one differs; lists omit
   * it.
   */
  labelLanguageChange: z
    .object({ from: z.string(), to: z.string(), updates: z.number() })
    .nullable()
    .optional(),
  /** Issues by kind. */
  issues: z.record(z.string(), z.number()),
  issuesBySeverity: z.record(severity, z.number()),
  progress: progress.nullable(),
  /** Why its plan needs approval; src/settings/run-explanations.ts has the words. */
  approvalReason: approvalReason.nullable(),
  /** Why its apply halted; "paused" also for a run that has not started. */
  haltReason: haltReason.nullable(),
  /** Number of written changes, of all changes, while an apply is halted. */
  written: z.object({ done: z.number(), total: z.number() }).nullable(),
  error: z.object({ kind: z.string(), sentence: z.string() }).nullable(),
  /** Whether the plan can still be applied, and if not, why. */
  applicable: z.object({ yes: z.boolean(), why: z.string().nullable() }),
  /** When the plan expires. */
  expiresAt: timestamp.nullable(),
  /** API calls to Dataverse so far, retries included. */
  requests: z.number(),
  /** Throttled responses, and how long requests waited because of them. */
  throttled: z.number(),
  throttledMs: z.number(),
  startedAt: timestamp,
  plannedAt: timestamp.nullable(),
  finishedAt: timestamp.nullable(),
});
export type RunView = z.infer<typeof run>;

const ACTIVE_STATUSES: ReadonlySet<RunView["status"]> = new Set([
  "queued",
  "reading",
  "planning",
  "applying",
]);

/**
 * Whether the run still changes by itself. One that stopped while it was applied keeps the status
 * "applying", and says why it waits.
 */
export function isActiveRun(view: Pick<RunView, "status" | "haltReason">): boolean {
  return ACTIVE_STATUSES.has(view.status) && view.haltReason === null;
}

export const plannedChange = z.object({
  /** Its position in the list, increasing; skipped records are numbered separately. */
  seq: z.number(),
  action: planAction,
  /** The rule that decided, as a sentence for an admin. */
  explanation: z.string(),
  name: z.string(),
  recordId: z.string(),
  accountId: z.number().nullable(),
  /** Of a merge: the account that the account gives way to. */
  mergedInto: z.object({ id: z.number(), name: z.string() }).nullable(),
  /** "changed" if it was not applied, because the account had changed meanwhile. */
  outcome: z.enum(["changed"]).nullable(),
  values: z.array(
    z.object({
      field: z.string(),
      before: z.unknown(),
      after: z.unknown(),
      /** How a date and time is shown; other fields have none. */
      dateFormat: dateFormat.optional(),
    }),
  ),
});
export type PlannedChangeView = z.infer<typeof plannedChange>;

/** Problems of a plan, or open issues of the sync, of one kind. */
export const issueGroup = z.object({
  kind: z.string(),
  title: z.string(),
  explanation: z.string(),
  howToResolve: z.string(),
  effect: z.string(),
  severity,
  count: z.number(),
  accounts: z.number(),
  /** The people because of whom, most accounts first, 50 at most; null for other kinds. */
  people: z
    .object({
      count: z.number(),
      listed: z.array(z.object({ person: z.string(), accounts: z.number() })),
    })
    .nullable(),
  /** How many of the issues conflict with an account whose record left the view. */
  blockedByLeftView: z.number(),
  /**
   * The setting that would solve it and its effect; null if it can only be solved in Dynamics 365.
   */
  fix: z
    .object({
      /** The browser merges them into the settings and plans again. */
      options: changedOptions,
      label: z.string(),
      effect: z.string(),
    })
    .nullable(),
});
export type IssueGroup = z.infer<typeof issueGroup>;

/** A domain over which many records are blocked; as a common one it would block none. */
const blockingDomain = z.object({
  domain: z.string(),
  /** The kind of most of its issues. */
  kind: z.string(),
  records: z.number(),
  /** Sentences: what the next run would do if it were a common domain, and what that costs. */
  effect: z.string(),
  consequence: z.string(),
});

export const issue = z.object({
  id: z.string(),
  kind: z.string(),
  severity,
  name: z.string().nullable(),
  field: z.string().nullable(),
  value: z.string().nullable(),
  sentence: z.string(),
  recordId: z.string().nullable(),
  dynamicsUrl: z.string().nullable(),
  accountId: z.number().nullable(),
  otherAccountId: z.number().nullable(),
  otherAccountName: z.string().nullable(),
  /** What became of the record of the other account; null while it is synced. */
  otherAccountState: z.enum(["left-view", "merged", "unlinked"]).nullable(),
  /** Whether unlinking the other account would let this one be synced. */
  canUnlinkOther: z.boolean(),
  firstRun: z.number().nullable(),
  firstSeenAt: timestamp.nullable(),
  /** End of the last run that found it; null if only a plan has found it. */
  lastSeenAt: timestamp.nullable(),
  /** How many times it was opened; an issue that was closed and found again counts again. */
  timesSeen: z.number(),
});
export type IssueView = z.infer<typeof issue>;

export const runRoutes = {
  startRun: route({
    method: "POST",
    path: "/runs",
    access: "workspace-admin",
    summary: "Plans with these settings and stops (preview), or syncs with the saved ones. Answers at once.",
    body: z.discriminatedUnion("mode", [
      z.object({ mode: z.literal("plan"), settings: chosenSettingsInput }),
      z.object({ mode: z.literal("sync") }),
    ]),
    answer: z.object({ run }),
  }),
  listRuns: route({
    method: "GET",
    path: "/runs",
    access: "workspace-admin",
    summary: "Runs, newest first.",
    query: z.object({ after: cursor.optional(), limit: z.coerce.number().int().min(1).max(100).default(30) }),
    answer: z.object({ runs: z.array(run), next: cursor.nullable() }),
  }),
  getRun: route({
    method: "GET",
    path: "/runs/:id",
    access: "workspace-admin",
    summary: "One run.",
    params: idParam,
    answer: z.object({ run }),
  }),
  followRun: route({
    method: "GET",
    path: "/runs/:id/events",
    access: "workspace-admin",
    summary: "The run as server-sent events, each a whole run, until it ends or waits.",
    params: idParam,
    produces: "events",
  }),
  listChanges: route({
    method: "GET",
    path: "/runs/:id/changes",
    access: "workspace-admin",
    summary: "What a run planned, all of it, page by page: per account and field before → after, and why.",
    params: idParam,
    query: z.object({
      action: planFilter.optional(),
      q: z.string().max(200).optional(),
      after: cursor.optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    answer: z.object({ changes: z.array(plannedChange), next: cursor.nullable() }),
  }),
  exportChanges: route({
    method: "GET",
    path: "/runs/:id/changes.csv",
    access: "workspace-admin",
    summary: "What a run planned as CSV, a line for each field that changes.",
    params: idParam,
    query: z.object({ action: planFilter.optional(), q: z.string().max(200).optional() }),
    produces: "csv",
  }),
  listProblems: route({
    method: "GET",
    path: "/runs/:id/problems",
    access: "workspace-admin",
    summary:
      "Problems of a plan by kind, each with the setting that would solve it and what it would then do.",
    params: idParam,
    answer: z.object({ groups: z.array(issueGroup) }),
  }),
  listRunIssues: route({
    method: "GET",
    path: "/runs/:id/issues",
    access: "workspace-admin",
    summary: "The problems of a run, one by one.",
    params: idParam,
    query: z.object({
      kind: z.string().max(50).optional(),
      q: z.string().max(200).optional(),
      after: cursor.optional(),
    }),
    answer: z.object({ issues: z.array(issue), next: cursor.nullable() }),
  }),
  applyRun: route({
    method: "POST",
    path: "/runs/:id/apply",
    access: "workspace-admin",
    summary:
      "Applies exactly this plan, and makes its settings the saved ones. Answers at once. A paused sync has to be resumed with it.",
    params: idParam,
    query: z.object({ resume: z.enum(["true"]).optional() }),
    answer: z.object({ run }),
  }),
  discardRun: route({
    method: "POST",
    path: "/runs/:id/discard",
    access: "workspace-admin",
    summary: "Throws a plan away; nothing was written by it.",
    params: idParam,
    answer: z.object({ run }),
  }),
  cancelRun: route({
    method: "POST",
    path: "/runs/:id/cancel",
    access: "workspace-admin",
    summary:
      "Stops a run: at once while it reads or plans; while it writes, after the chunk under way, and the next run continues with the rest.",
    params: idParam,
    answer: z.object({ run }),
  }),
  listIssueGroups: route({
    method: "GET",
    path: "/issues/kinds",
    access: "workspace-admin",
    summary: "Open issues by kind.",
    answer: z.object({ groups: z.array(issueGroup) }),
  }),
  listBlockingDomains: route({
    method: "GET",
    path: "/issues/blocking-domains",
    access: "workspace-admin",
    summary:
      "Domains that block ten records or more, in open issues or in a plan, and what the next run would do without them.",
    query: z.object({ run: z.coerce.number().int().positive().optional() }),
    answer: z.object({ domains: z.array(blockingDomain) }),
  }),
  listIssues: route({
    method: "GET",
    path: "/issues",
    access: "workspace-admin",
    summary: "Open issues, one by one.",
    query: z.object({
      kind: z.string().max(50).optional(),
      q: z.string().max(200).optional(),
      after: cursor.optional(),
    }),
    answer: z.object({ issues: z.array(issue), next: cursor.nullable() }),
  }),
  exportIssues: route({
    method: "GET",
    path: "/issues/export.csv",
    access: "workspace-admin",
    summary: "Open issues as CSV.",
    query: z.object({ kind: z.string().max(50).optional() }),
    produces: "csv",
  }),
  retryIssues: route({
    method: "POST",
    path: "/issues/retry",
    access: "workspace-admin",
    summary: "Looks at the accounts of these issues again now, and at nothing else.",
    body: z.object({
      kind: z.string().max(50).optional(),
      /** `z.uuid` would refuse some ids of Dynamics 365, whose version bits are not those of RFC 9562. */
      recordIds: z.array(z.guid()).max(10_000).optional(),
    }),
    answer: z.object({ run }),
  }),
};
