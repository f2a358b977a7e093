// Tells people of runs that have ended: once, whichever process does it, also of a run whose
// process died before it could. Who is told of what, and the mail itself, are written down in one
// transaction; the outbox carries it.
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
import { endedRun, toldBefore, type Words } from "./run-facts.ts";
import { mailOf } from "./email-template.ts";
import { tellSettings } from "./recipients.ts";
import { whatToTell, type Told } from "./decide-notices.ts";

export type NotifyParts = {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly sealer: Sealer;
  /** Where people reach the app; links in mails begin with it. */
  readonly publicUrl: () => string;
  /** The workspace's name. */
  readonly workspace: string;
  /** Whether there is a mail server. */
  readonly delivers: boolean;
  readonly words: Words;
  /** Which runs people are to be notified of. */
  readonly runEnds: RunEnds;
};

type RunEnds = Pick<typeof notificationState, "runsToNotify" | "runToNotify" | "claimNotification">;

/** What a process that just ended a run does itself; older than this, nobody does any more. */
const LOST_AFTER_MS = 60_000;

/**
 * Call it when a run has ended, waits, or could not be applied; anything else is no news. Tells of
 * older runs first.
 */
export async function notifyRun(parts: NotifyParts, runId: number): Promise<void> {
  const ids = await parts.runEnds.runsToNotify(parts.database.kysely, { upTo: runId });
  for (const id of ids) await tell(parts, id);
}

/** Tells of runs whose process died between their end and its mails. Any worker may call it. */
export async function notifyMissed(parts: NotifyParts): Promise<void> {
  const endedBefore = new Date(parts.clock.now().getTime() - LOST_AFTER_MS);
  const ids = await parts.runEnds.runsToNotify(parts.database.kysely, { endedBefore });
  for (const id of ids) await tell(parts, id);
}

async function tell(parts: NotifyParts, runId: number): Promise<void> {
  for (;;) {
    const news = await newsOf(parts, runId);
    if (news === undefined) return;
    if (!(await queueNews(parts, news))) continue;
    logMails(parts, news);
    return;
  }
}

type News = {
  readonly run: notificationState.RunToNotify;
  /** What it was decided by. */
  readonly before: readonly Told[];
  readonly notices: readonly { readonly topic: string; readonly mail: Mail }[];
};

/**
 * Mails are written before anything is locked. Undefined: nobody is to be told, or somebody else
 * has done it.
 */
async function newsOf(
  { database: { kysely: db }, words, runEnds, workspace, publicUrl, clock }: NotifyParts,
  runId: number,
): Promise<News | undefined> {
  const run = await runEnds.runToNotify(db, runId);
  if (run === undefined) return undefined;
  const ended = await endedRun(db, run, words);
  if (ended === null) return { run, before: [], notices: [] };
  const before = await toldBefore(db, run);
  const shown = { workspace, publicUrl: publicUrl(), now: clock.now() };
  const notices = whatToTell(ended, before, await tellSettings(db)).map((notice) => ({
    topic: notice.topic,
    mail: mailOf(notice, ended, shown),
  }));
  return { run, before, notices };
}

/** @returns false if another process has told of something meanwhile, which may be the same */
function queueNews(parts: NotifyParts, { run, before, notices }: News): Promise<boolean> {
  return inTransaction(parts.database, async ({ kysely: trx }) => {
    await lockNotices(trx);
    const isNews = notices.length === 0 || isDeepStrictEqual(await toldBefore(trx, run), before);
    if (!isNews || !(await parts.runEnds.claimNotification(trx, run))) return false;
    for (const { topic, mail } of notices) await writeDown(trx, parts, mail, { runId: run.id, topic });
    return true;
  });
}

/**
 * What was told before decides what is news, so one process at a time adds to it, until its
 * transaction ends.
 */
export async function lockNotices(trx: Kysely<Tables>): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('sluice tells of runs'))`.execute(trx);
}

function logMails({ log, delivers }: NotifyParts, { run, notices }: News): void {
  if (notices.length === 0) return;
  const topics = [...new Set(notices.map(({ topic }) => topic))];
  log.info(
    delivers
      ? "Mails about a run wait for the mail server."
      : "No mail server is set up, so mails about a run are shown in the app.",
    { run: run.id, mails: notices.length, topics },
  );
}

/** Queues a mail, and notes with the run that its recipient was told. */
export async function writeDown(
  trx: Kysely<Tables>,
  { clock, sealer, delivers }: NotifyParts,
  mail: Mail,
  { runId, topic }: { readonly runId: number; readonly topic: string },
): Promise<void> {
  const now = clock.now();
  await queueMail(trx, mail, { sealer, delivers, now });
  await trx
    .insertInto("run_notices")
    .values({ run_id: runId, recipient: mail.to, topic, at: now })
    // Applied again, a plan can fail in the same way again.
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
