// Notifies people 30 and 7 days before a client secret expires, so that no sync is missed. After
// the expiry the next sync fails, which is notified as what needs an admin (src/notify/notify.ts).
import { sql, type Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import { inTransaction } from "../db/transaction.ts";
import { DAY_MS } from "../lib/durations.ts";
import { SECRET_WARNING_DAYS } from "../settings/secret-expiry.ts";
import { secretExpiryEmail, type ExpiringSecret } from "./email-template.ts";
import { lockNotices, queueNotice, type NotifyDeps } from "./notify.ts";
import { loadNoticeSettings } from "./recipients.ts";

const DAYS_BEFORE = [SECRET_WARNING_DAYS, 7] as const;

/** Any worker may call it at any time: each of the two mails is sent once for a secret. */
export async function notifySecretExpiry(deps: NotifyDeps): Promise<void> {
  const { database, clock, log, delivers, workspace } = deps;
  const now = clock.now();
  const due = await findDueNotice(database.kysely, now);
  if (!due) return;
  const { scheduled, recipients } = await loadNoticeSettings(database.kysely);
  if (!scheduled) return;
  const context = { workspace, publicUrl: deps.publicUrl(), now };
  const mails = recipients.map((recipient) => secretExpiryEmail(recipient, due, context));
  const isQueued = await inTransaction(database, async ({ kysely: trx }) => {
    await lockNotices(trx);
    if ((await findDueNotice(trx, now))?.topic !== due.topic) return false;
    for (const mail of mails) await queueNotice(trx, deps, mail, due);
    return true;
  });
  if (isQueued && mails.length > 0)
    log.info(
      delivers
        ? "Mails about the expiry of the client secret are queued for the mail server."
        : "No mail server is set up, so mails about the expiry of the client secret are shown in the app.",
      { mails: mails.length },
    );
}

type DueNotice = ExpiringSecret & { readonly runId: number; readonly topic: string };

/**
 * The notice is recorded with the last sync that was applied; before the first one no sync can be
 * missed. Entering the same secret again sends no second notice, since its expiry is part of the
 * topic.
 */
async function findDueNotice(db: Kysely<Tables>, now: Date): Promise<DueNotice | undefined> {
  const { rows } = await sql<ExpiringSecret & { origin: string; runId: number | null }>`
    select c.origin, c.client_id as "clientId", c.secret_expires_at as "expiresAt",
      (select max(id) from runs r where r.organization_id = c.organization_id and r.status = 'done') as "runId"
    from connection c
    where c.sign_in = 'app-only' and c.secret_expires_at > ${now}
      and c.secret_expires_at <= ${new Date(now.getTime() + DAYS_BEFORE[0] * DAY_MS)}`.execute(db);
  const secret = rows[0];
  if (!secret || secret.runId === null) return undefined;
  const { origin, clientId, expiresAt, runId } = secret;
  const left = expiresAt.getTime() - now.getTime();
  const topicOf = (days: number) => `secret:${clientId}:${expiresAt.toISOString()}:${days}`;
  const reached = DAYS_BEFORE.filter((days) => left <= days * DAY_MS);
  // If the clock is set back, the earlier notice must not follow the later one.
  const topics = DAYS_BEFORE.slice(reached.length - 1).map(topicOf);
  const sent = await db
    .selectFrom("run_notices")
    .select("run_id")
    .where("topic", "in", topics)
    .limit(1)
    .executeTakeFirst();
  return sent ? undefined : { host: new URL(origin).host, clientId, expiresAt, runId, topic: topics[0]! };
}
