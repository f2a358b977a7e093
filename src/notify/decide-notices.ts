// Decides who is notified of a run that has ended. Pure. Who started it is notified if it has an
// issue that was not open before (rule 17); the recipients of scheduled syncs if that is no note,
// and once of what needs an admin.
import type { Attention } from "../connections/tables.ts";
import type { RunMode } from "../sync/tables.ts";

/** Blocking issues or errors of one kind that are open at the end of the run. */
export type ErrorKindSummary = {
  readonly kind: string;
  readonly title: string;
  readonly howToResolve: string;
  /** Number of affected accounts; 0 if it concerns the whole sync. */
  readonly accounts: number;
  /** Accounts with an issue of this kind that was not open before the run. */
  readonly newAccounts: number;
  /** Whether an issue of this kind was not open before the run. */
  readonly isNew: boolean;
  /** The first few, as sentences; new ones first. */
  readonly examples: readonly string[];
};

/** Open notes of one kind at the end of the run. */
export type NoteKindSummary = { readonly title: string; readonly count: number; readonly newCount: number };

export type IssueSummary = {
  readonly errors: {
    readonly kinds: readonly ErrorKindSummary[];
    /** Accounts with an error that was not open before the run. */
    readonly newAccounts: number;
  };
  readonly notes: readonly NoteKindSummary[];
};

export type EndedRun = {
  readonly id: number;
  readonly mode: RunMode;
  /** E-mail address of the person who started or applied it; null for the schedule. */
  readonly by: string | null;
} & (
  | { readonly end: "done"; readonly issues: IssueSummary }
  | {
      readonly end: "failed";
      readonly error: { readonly kind: string; readonly sentence: string };
      /** Its apply was interrupted, and is resumed later. */
      readonly isInterrupted: boolean;
    }
  /** It failed or needs approval, and only an admin can resolve that. */
  | { readonly end: "needs-admin"; readonly attention: Attention }
);

/** A notice sent since the last sync that was applied. */
export type SentNotice = {
  readonly to: string;
  readonly topic: string;
  /**
   * Whether it reported a failed sync, rather than a preview, a retry, or a plan that needs approval.
   */
  readonly isSyncFailure: boolean;
};

export type RecipientReason = "started" | "set-up" | "chosen" | "admin";
export type Recipient = { readonly to: string; readonly reason: RecipientReason };

export type NoticeSettings = {
  /** Whether the person who starts a run is notified of its issues. */
  readonly starter: boolean;
  readonly scheduled: boolean;
  /** Recipients of notices of scheduled syncs, each address once. */
  readonly recipients: readonly Recipient[];
};

export type NoticeEvent =
  | { readonly type: "attention"; readonly attention: Attention }
  | { readonly type: "failed"; readonly sentence: string }
  | { readonly type: "issues"; readonly issues: IssueSummary; readonly recovered: boolean }
  | { readonly type: "recovered" };

export type Notice = Recipient & { readonly topic: string; readonly event: NoticeEvent };

type UnaddressedNotice = Pick<Notice, "topic" | "event">;

/** At most one notice for each address. */
export function decideNotices(
  run: EndedRun,
  sent: readonly SentNotice[],
  settings: NoticeSettings,
): Notice[] {
  const { by } = run;
  const recipients = settings.scheduled ? settings.recipients : [];
  if (by === null)
    return recipients.flatMap((one) => addressNotice(one, noticeForRecipient(run, sentTo(one, sent))));
  const starter: Recipient = { to: by, reason: "started" };
  return [
    ...(settings.starter ? addressNotice(starter, noticeForStarter(run, sentTo(starter, sent))) : []),
    // Whoever was notified of the failure is notified of the recovery, whoever fixed it.
    ...recipients
      .filter(({ to }) => to !== by)
      .flatMap((one) => addressNotice(one, isRecovery(run, sentTo(one, sent)) ? RECOVERED : undefined)),
  ];
}

function addressNotice(recipient: Recipient, notice: UnaddressedNotice | undefined): Notice[] {
  return notice ? [{ ...recipient, ...notice }] : [];
}

const RECOVERED: UnaddressedNotice = { topic: "recovered", event: { type: "recovered" } };

function sentTo({ to }: Recipient, sent: readonly SentNotice[]): SentNotice[] {
  return sent.filter((one) => one.to === to);
}

function noticeForStarter(run: EndedRun, sent: readonly SentNotice[]): UnaddressedNotice | undefined {
  if (run.end === "done") {
    const isAnyNew = hasNewErrors(run.issues) || run.issues.notes.some(({ newCount }) => newCount > 0);
    return isAnyNew ? issueNotice(run.issues, false) : undefined;
  }
  const failure = failureNotice(run);
  // A failure is reported for each run they start; what needs an admin is reported once.
  return failure.event.type === "attention" && wasSent(sent, failure) ? undefined : failure;
}

function noticeForRecipient(run: EndedRun, sent: readonly SentNotice[]): UnaddressedNotice | undefined {
  if (run.end !== "done") {
    const failure = failureNotice(run);
    // A failed sync is retried; only the first failure of each kind is reported, and the recovery.
    return wasSent(sent, failure) ? undefined : failure;
  }
  const recovered = isRecovery(run, sent);
  if (hasNewErrors(run.issues)) return issueNotice(run.issues, recovered);
  return recovered ? RECOVERED : undefined;
}

function isRecovery({ end, mode }: EndedRun, sent: readonly SentNotice[]): boolean {
  // A retry processes a few accounts, which says nothing about the whole selection.
  return end === "done" && mode !== "retry" && sent.some(({ isSyncFailure }) => isSyncFailure);
}

function wasSent(sent: readonly SentNotice[], { topic }: UnaddressedNotice): boolean {
  return sent.some((one) => one.topic === topic);
}

function hasNewErrors({ errors }: IssueSummary): boolean {
  return errors.kinds.some(({ isNew }) => isNew);
}

function issueNotice(issues: IssueSummary, recovered: boolean): UnaddressedNotice {
  return { topic: "issues", event: { type: "issues", issues, recovered } };
}

function failureNotice(run: Exclude<EndedRun, { end: "done" }>): UnaddressedNotice {
  if (run.end === "failed")
    return { topic: `failed:${run.error.kind}`, event: { type: "failed", sentence: run.error.sentence } };
  const { attention } = run;
  return { topic: `attention:${attention.kind}`, event: { type: "attention", attention } };
}
