// Notifies people of runs that have ended: exactly once, by any process, also if the process that
// ended the run died. Notices and mails are stored in one transaction; the outbox delivers them.
import { isDeepStrictEqual } from "node:util";
import { sql, type Kysely } from "kysely";
import type { Database } from "../db/pool.ts";
import type { Tables } from "../db/tables.ts";
import { inTransaction } from "../db/transaction.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Sealer } from "../lib/sealer.ts";
import { queueMail, type Mail } from "../mail/outbox.ts";
import type * as notificationState from "../sync/record/notification-state.ts";
import { loadEndedRun, loadSentNotices, type Explanations } from "./ended-run.ts";
import { noticeEmail } from "./email-template.ts";
import { loadNoticeSettings } from "./recipients.ts";
import { decideNotices, type SentNotice } from "./decide-notices.ts";

export type NotifyDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly sealer: Sealer;
  /** Origin of the links in mails. */
  readonly publicUrl: () => string;
  /** The workspace's name. */
  readonly workspace: string;
  /** Whether a mail server is configured. */
  readonly delivers: boolean;
  readonly explanations: Explanations;
  /** Selects and claims the runs to notify people of. */
  readonly notificationState: NotificationState;
};

type NotificationState = Pick<typeof notificationState, "runsToNotify" | "runToNotify" | "claimNotification">;

/** The process that ended a run notifies people itself; after this time it must have died. */
const MISSED_AFTER_MS = 60_000;

/**
 * Call it when a run has ended, needs approval, or could not be applied. Handles older runs first.
 */
export async function notifyRun(deps: NotifyDeps, runId: number): Promise<void> {
  const ids = await deps.notificationState.runsToNotify(deps.database.kysely, { upTo: runId });
  for (const id of ids) await notifyOne(deps, id);
}

/** Handles runs whose process died between their end and their mails. Any worker may call it. */
export async function notifyMissed(deps: NotifyDeps): Promise<void> {
  const endedBefore = new Date(deps.clock.now().getTime() - MISSED_AFTER_MS);
  const ids = await deps.notificationState.runsToNotify(deps.database.kysely, { endedBefore });
  for (const id of ids) await notifyOne(deps, id);
}

async function notifyOne(deps: NotifyDeps, runId: number): Promise<void> {
  for (;;) {
    const prepared = await prepareNotices(deps, runId);
    if (prepared === undefined) return;
    if (!(await queueNotices(deps, prepared))) continue;
    logMails(deps, prepared);
    return;
  }
}

type PreparedNotices = {
  readonly run: notificationState.RunToNotify;
  /** The notices that the decision was based on. */
  readonly sentBefore: readonly SentNotice[];
  readonly notices: readonly { readonly topic: string; readonly mail: Mail }[];
};

/**
 * Renders the mails before anything is locked. Undefined: nobody is to be notified, or another
 * process has done it.
 */
async function prepareNotices(
  { database: { kysely: db }, explanations, notificationState, workspace, publicUrl, clock }: NotifyDeps,
  runId: number,
): Promise<PreparedNotices | undefined> {
  const run = await notificationState.runToNotify(db, runId);
  if (run === undefined) return undefined;
  const ended = await loadEndedRun(db, run, explanations);
  if (ended === null) return { run, sentBefore: [], notices: [] };
  const sentBefore = await loadSentNotices(db, run);
  const context = { workspace, publicUrl: publicUrl(), now: clock.now() };
  const notices = decideNotices(ended, sentBefore, await loadNoticeSettings(db)).map((notice) => ({
    topic: notice.topic,
    mail: noticeEmail(notice, ended, context),
  }));
  return { run, sentBefore, notices };
}

/**
 * @returns false if another process has sent notices meanwhile, so that they must be decided again
 */
function queueNotices(deps: NotifyDeps, { run, sentBefore, notices }: PreparedNotices): Promise<boolean> {
  return inTransaction(deps.database, async ({ kysely: trx }) => {
    await lockNotices(trx);
    const isCurrent = notices.length === 0 || isDeepStrictEqual(await loadSentNotices(trx, run), sentBefore);
    if (!isCurrent || !(await deps.notificationState.claimNotification(trx, run))) return false;
    for (const { topic, mail } of notices) await queueNotice(trx, deps, mail, { runId: run.id, topic });
    return true;
  });
}

/**
 * Earlier notices decide what is new, so one process at a time adds notices, until its transaction
 * ends.
 */
export async function lockNotices(trx: Kysely<Tables>): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('sluice run notices'))`.execute(trx);
}

function logMails({ log, delivers }: NotifyDeps, { run, notices }: PreparedNotices): void {
  if (notices.length === 0) return;
  const topics = [...new Set(notices.map(({ topic }) => topic))];
  log.info(
    delivers
      ? "Mails about a run are queued for the mail server."
      : "No mail server is set up, so mails about a run are shown in the app.",
    { run: run.id, mails: notices.length, topics },
  );
}

/** Queues a mail and records the notice with the run. */
export async function queueNotice(
  trx: Kysely<Tables>,
  { clock, sealer, delivers }: NotifyDeps,
  mail: Mail,
  { runId, topic }: { readonly runId: number; readonly topic: string },
): Promise<void> {
  const now = clock.now();
  await queueMail(trx, mail, { sealer, delivers, now });
  await trx
    .insertInto("run_notices")
    .values({ run_id: runId, recipient: mail.to, topic, at: now })
    // A plan that is applied again can fail in the same way again.
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
