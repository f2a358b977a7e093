// Who is told what about a run that has ended. Pure: the run, what was told before and the settings go in, notices come
// out. A person hears of the errors of what they started; of scheduled syncs the recipients hear only what is new, and what
// needs an admin once until it is settled.
import type { Attention } from "../connections/tables.ts";
import type { RunMode } from "../sync/tables.ts";

/** Errors of one kind, as they are open at the end of the run. */
export type ErrorTally = {
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

export type Errors = {
  readonly kinds: readonly ErrorTally[];
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
  | { readonly end: "done"; readonly errors: Errors }
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
export type Told = {
  readonly to: string;
  readonly topic: string;
  /** Whether it was that a sync failed, rather than a preview, a retry, or a plan that waits. */
  readonly isOutage: boolean;
};

export type Because = "started" | "set-up" | "chosen" | "admin";
export type Recipient = { readonly to: string; readonly because: Because };

export type Settings = {
  /** Whether who starts a run is told of its errors. */
  readonly starter: boolean;
  readonly scheduled: boolean;
  /** Of scheduled syncs, each address once. */
  readonly recipients: readonly Recipient[];
};

export type News =
  | { readonly what: "attention"; readonly attention: Attention }
  | { readonly what: "failed"; readonly sentence: string }
  | { readonly what: "errors"; readonly errors: Errors; readonly recovered: boolean }
  | { readonly what: "recovered" };

export type Notice = Recipient & { readonly topic: string; readonly news: News };

type Matter = Pick<Notice, "topic" | "news">;

/** At most one notice for each address. */
export function whatToTell(run: EndedRun, told: readonly Told[], settings: Settings): Notice[] {
  const { by } = run;
  const listeners = settings.scheduled ? settings.recipients : [];
  if (by === null) return listeners.flatMap((one) => tell(one, scheduledMatter(run, toldTo(one, told))));
  const starter: Recipient = { to: by, because: "started" };
  return [
    ...(settings.starter ? tell(starter, ownMatter(run, toldTo(starter, told))) : []),
    // Who heard that the sync failed hears that it works again, whoever put it right.
    ...listeners
      .filter(({ to }) => to !== by)
      .flatMap((one) => tell(one, recovers(run, toldTo(one, told)) ? RECOVERED : undefined)),
  ];
}

function tell(recipient: Recipient, matter: Matter | undefined): Notice[] {
  return matter ? [{ ...recipient, ...matter }] : [];
}

const RECOVERED: Matter = { topic: "recovered", news: { what: "recovered" } };

function toldTo({ to }: Recipient, told: readonly Told[]): Told[] {
  return told.filter((one) => one.to === to);
}

function ownMatter(run: EndedRun, told: readonly Told[]): Matter | undefined {
  if (run.end === "done") return run.errors.kinds.length > 0 ? errorsOf(run.errors, false) : undefined;
  const trouble = troubleOf(run);
  // That a run failed is said of each that they start; what only an admin can settle is said once.
  return trouble.news.what === "attention" && knows(told, trouble) ? undefined : trouble;
}

function scheduledMatter(run: EndedRun, told: readonly Told[]): Matter | undefined {
  if (run.end !== "done") {
    const trouble = troubleOf(run);
    // A failed sync is tried again and again; the first failure of each kind is news, and then that it works again.
    return knows(told, trouble) ? undefined : trouble;
  }
  const recovered = recovers(run, told);
  const { kinds, newAccounts } = run.errors;
  if (newAccounts > 0 || kinds.some(({ isNew }) => isNew)) return errorsOf(run.errors, recovered);
  return recovered ? RECOVERED : undefined;
}

function recovers({ end, mode }: EndedRun, told: readonly Told[]): boolean {
  // A retry looks at a few accounts, and says nothing about the selection.
  return end === "done" && mode !== "retry" && told.some(({ isOutage }) => isOutage);
}

function knows(told: readonly Told[], { topic }: Matter): boolean {
  return told.some((one) => one.topic === topic);
}

function errorsOf(errors: Errors, recovered: boolean): Matter {
  return { topic: "issues", news: { what: "errors", errors, recovered } };
}

function troubleOf(run: Exclude<EndedRun, { end: "done" }>): Matter {
  if (run.end === "failed")
    return { topic: `failed:${run.error.kind}`, news: { what: "failed", sentence: run.error.sentence } };
  const { attention } = run;
  return { topic: `attention:${attention.kind}`, news: { what: "attention", attention } };
}
