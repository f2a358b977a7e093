// Who is told what about a run that has ended. Pure: the run, what was told before and the settings go in, notices come
// out. A person hears of the errors of what they started; of scheduled syncs the recipients hear only what is new, and what
// needs an admin once until it is settled.
import type { Attention } from "../connections/tables.ts";
import type { RunMode } from "../sync/tables.ts";

/** Errors of one kind, as they are open at the end of the run. */
export type ErrorKindSummary = {
  readonly kind: string;
  readonly title: string;
  readonly howToResolve: string;
  /** Accounts that have it; 0 where it concerns the whole sync. */
  readonly accounts: number;
  /** Of those, accounts that had no error at all before the run. */
  readonly newAccounts: number;
  /** Whether no account had this kind before the run. */
  readonly isNew: boolean;
  /** The first few, as sentences; new ones first. */
  readonly examples: readonly string[];
};

export type ErrorSummary = {
  readonly kinds: readonly ErrorKindSummary[];
  /** Accounts with errors, each counted once. */
  readonly accounts: number;
  readonly newAccounts: number;
};

export type EndedRun = {
  readonly id: number;
  readonly mode: RunMode;
  /** E-mail address of who started or applied it; null for the schedule. */
  readonly by: string | null;
} & (
  | { readonly end: "done"; readonly errors: ErrorSummary }
  | {
      readonly end: "failed";
      readonly error: { readonly kind: string; readonly sentence: string };
      /** It broke off while it wrote, and is gone on with later. */
      readonly isHalfWritten: boolean;
    }
  /** It failed, or its plan waits, and only an admin can settle it. */
  | { readonly end: "needs-admin"; readonly attention: Attention }
);

/** What somebody was told since the last sync that was applied. */
export type SentNotice = {
  readonly to: string;
  readonly topic: string;
  /** Whether it was that a sync failed, rather than a preview, a retry, or a plan that waits. */
  readonly isOutage: boolean;
};

export type RecipientReason = "started" | "set-up" | "chosen" | "admin";
export type Recipient = { readonly to: string; readonly because: RecipientReason };

export type NoticeSettings = {
  /** Whether who starts a run is told of its errors. */
  readonly starter: boolean;
  readonly scheduled: boolean;
  /** Of scheduled syncs, each address once. */
  readonly recipients: readonly Recipient[];
};

export type NoticeEvent =
  | { readonly what: "attention"; readonly attention: Attention }
  | { readonly what: "failed"; readonly sentence: string }
  | { readonly what: "errors"; readonly errors: ErrorSummary; readonly recovered: boolean }
  | { readonly what: "recovered" };

export type Notice = Recipient & { readonly topic: string; readonly news: NoticeEvent };

type UnaddressedNotice = Pick<Notice, "topic" | "news">;

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
  const starter: Recipient = { to: by, because: "started" };
  return [
    ...(settings.starter ? addressNotice(starter, noticeForStarter(run, sentTo(starter, sent))) : []),
    // Who heard that the sync failed hears that it works again, whoever put it right.
    ...recipients
      .filter(({ to }) => to !== by)
      .flatMap((one) => addressNotice(one, isRecovery(run, sentTo(one, sent)) ? RECOVERED : undefined)),
  ];
}

function addressNotice(recipient: Recipient, notice: UnaddressedNotice | undefined): Notice[] {
  return notice ? [{ ...recipient, ...notice }] : [];
}

const RECOVERED: UnaddressedNotice = { topic: "recovered", news: { what: "recovered" } };

function sentTo({ to }: Recipient, sent: readonly SentNotice[]): SentNotice[] {
  return sent.filter((one) => one.to === to);
}

function noticeForStarter(run: EndedRun, sent: readonly SentNotice[]): UnaddressedNotice | undefined {
  if (run.end === "done") return run.errors.kinds.length > 0 ? errorNotice(run.errors, false) : undefined;
  const failure = failureNotice(run);
  // That a run failed is said of each that they start; what only an admin can settle is said once.
  return failure.news.what === "attention" && wasSent(sent, failure) ? undefined : failure;
}

function noticeForRecipient(run: EndedRun, sent: readonly SentNotice[]): UnaddressedNotice | undefined {
  if (run.end !== "done") {
    const failure = failureNotice(run);
    // A failed sync is tried again and again; the first failure of each kind is news, and then that it works again.
    return wasSent(sent, failure) ? undefined : failure;
  }
  const recovered = isRecovery(run, sent);
  const { kinds, newAccounts } = run.errors;
  if (newAccounts > 0 || kinds.some(({ isNew }) => isNew)) return errorNotice(run.errors, recovered);
  return recovered ? RECOVERED : undefined;
}

function isRecovery({ end, mode }: EndedRun, sent: readonly SentNotice[]): boolean {
  // A retry looks at a few accounts, and says nothing about the selection.
  return end === "done" && mode !== "retry" && sent.some(({ isOutage }) => isOutage);
}

function wasSent(sent: readonly SentNotice[], { topic }: UnaddressedNotice): boolean {
  return sent.some((one) => one.topic === topic);
}

function errorNotice(errors: ErrorSummary, recovered: boolean): UnaddressedNotice {
  return { topic: "issues", news: { what: "errors", errors, recovered } };
}

function failureNotice(run: Exclude<EndedRun, { end: "done" }>): UnaddressedNotice {
  if (run.end === "failed")
    return { topic: `failed:${run.error.kind}`, news: { what: "failed", sentence: run.error.sentence } };
  const { attention } = run;
  return { topic: `attention:${attention.kind}`, news: { what: "attention", attention } };
}
