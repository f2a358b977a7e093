// Tells people of runs that have ended: once, whichever process does it, also of a run whose process died before it could.
// Who is told of what, and the mail itself, are written down in one transaction; the outbox carries it.
import { sql, type Kysely } from "kysely";
import type { Database } from "../db/pool.ts";
import type { Tables } from "../db/tables.ts";
import { inTransaction } from "../db/transaction.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Sealer } from "../lib/sealer.ts";
import { queueMail, type Mail } from "../mail/outbox.ts";
import { claimRun, endedRun, runsToTell, toldBefore, type Words } from "./facts.ts";
import { mailOf } from "./letter.ts";
import { tellSettings } from "./recipients.ts";
import { whatToTell } from "./what-to-tell.ts";

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
};

/** What a process that just ended a run does itself; older than this, nobody does any more. */
const LOST_AFTER_MS = 60_000;

/** Call it when a run has ended, waits, or could not be applied; anything else is no news. Tells of older runs first. */
export async function notifyRun(parts: NotifyParts, runId: number): Promise<void> {
  for (const id of await runsToTell(parts.database.kysely, { upTo: runId })) await tell(parts, id);
}

/** Tells of runs whose process died between their end and its mails. Any worker may call it at any time. */
export async function notifyMissed(parts: NotifyParts): Promise<void> {
  const endedBefore = new Date(parts.clock.now().getTime() - LOST_AFTER_MS);
  for (const id of await runsToTell(parts.database.kysely, { endedBefore })) await tell(parts, id);
}

async function tell(parts: NotifyParts, runId: number): Promise<void> {
  const { database, clock, log, words, delivers, workspace } = parts;
  const now = clock.now();
  const notices = await inTransaction(database, async ({ kysely: trx }) => {
    // What was told before decides what is news, so runs are told of one after the other.
    await sql`select from connection for update`.execute(trx);
    const row = await claimRun(trx, runId);
    const run = row && (await endedRun(trx, row, words));
    if (!run) return [];
    const settings = await tellSettings(trx);
    const found = whatToTell(run, await toldBefore(trx, row), settings);
    for (const notice of found) {
      const mail = mailOf(notice, run, { workspace, publicUrl: parts.publicUrl(), now });
      await writeDown(trx, parts, mail, { runId, topic: notice.topic });
    }
    return found;
  });
  if (notices.length === 0) return;
  const topics = [...new Set(notices.map(({ topic }) => topic))];
  log.info(
    delivers
      ? "Mails about a run wait for the mail server."
      : "No mail server is set up, so mails about a run are shown in the app.",
    { run: runId, mails: notices.length, topics },
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
