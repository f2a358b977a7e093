// Delivers queued mails to the mail server. Each is claimed first, so that one process sends it;
// the claim of a dead process expires after ten minutes. Delivery is at least once.
import { sql, type Kysely } from "kysely";
import { createTransport, type Transporter } from "nodemailer";
import type { Tables } from "../db/tables.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import { MINUTE_MS } from "../lib/durations.ts";
import type { Sealer } from "../lib/sealer.ts";
import { unsealTexts } from "./outbox.ts";

const CLAIM_LIFETIME_MS = 10 * MINUTE_MS;
const BATCH_SIZE = 10;
const POLL_INTERVAL_MS = 5000;

/**
 * Minutes until the next attempt after each failure: nearly five days in all, as RFC 5321 (4.5.4.1)
 * asks for.
 */
const RETRY_DELAYS_MINUTES = [1, 5, 15, 60, 240, 720, 1440, 1440, 1440, 1440];

/** A later time was written by a clock that has been set back since. */
const MAX_RETRY_DELAY_MS = Math.max(...RETRY_DELAYS_MINUTES) * MINUTE_MS;

export type DeliveryDeps = {
  readonly db: Kysely<Tables>;
  readonly clock: Clock;
  readonly log: Log;
  readonly sealer: Sealer;
  readonly smtpUrl: string;
  readonly from: string;
};

export type Delivery = {
  /**
   * Attempts every mail that is due.
   * @returns how many the server accepted
   */
  deliverDue(): Promise<number>;
  /** Delivers until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  close(): void;
};

type ClaimedMail = {
  id: number;
  recipient: string;
  subject: string;
  body: string;
  html: string | null;
  sealed: boolean;
  attempts: number;
  isExpired: boolean;
};

export function openDelivery(deps: DeliveryDeps): Delivery {
  const { db, clock, log, smtpUrl, from } = deps;
  const transport = createTransport(
    { url: smtpUrl, connectionTimeout: 30_000, greetingTimeout: 30_000, socketTimeout: MINUTE_MS },
    { from },
  );

  async function deliverDue(): Promise<number> {
    let sent = 0;
    for (;;) {
      const claimed = await claimDue(db, clock.now());
      for (const mail of claimed) if (await deliver(deps, transport, mail)) sent += 1;
      if (claimed.length < BATCH_SIZE) return sent;
    }
  }

  return {
    deliverDue,
    run: async (signal) => {
      while (!signal.aborted) {
        try {
          await deliverDue();
        } catch (error) {
          log.error("Mails could not be read from the database; it is tried again.", { err: error });
        }
        await clock.sleep(POLL_INTERVAL_MS, signal).catch(() => undefined);
      }
    },
    close: () => transport.close(),
  };
}

async function claimDue(db: Kysely<Tables>, now: Date): Promise<ClaimedMail[]> {
  const { rows } = await sql<ClaimedMail>`
    update mails set attempts = attempts + 1, next_attempt_at = ${new Date(now.getTime() + CLAIM_LIFETIME_MS)}
    where id in (
      select id from mails where state = 'waiting'
        and (next_attempt_at <= ${now} or next_attempt_at > ${new Date(now.getTime() + MAX_RETRY_DELAY_MS)})
      order by next_attempt_at, id limit ${BATCH_SIZE} for update skip locked
    )
    returning id, recipient, subject, body, html, sealed, attempts, keep_until <= ${now} as "isExpired"`.execute(
    db,
  );
  return rows;
}

async function deliver(
  { db, clock, log, sealer }: DeliveryDeps,
  transport: Transporter,
  mail: ClaimedMail,
): Promise<boolean> {
  const { id, recipient: to, subject } = mail;
  if (mail.isExpired) {
    await updateMail(db, id, {
      state: "failed",
      body: null,
      html: null,
      error: "Its links expired before a mail server accepted it.",
    });
    return false;
  }
  try {
    // A text that does not decrypt now may do so after the operator has restored the old key.
    const { text, html } = unsealTexts(mail, sealer);
    await transport.sendMail({ to, subject, text: text ?? "", ...(html !== null && { html }) });
  } catch (error) {
    const delayMinutes = isPermanentFailure(error) ? undefined : RETRY_DELAYS_MINUTES[mail.attempts - 1];
    const reason = error instanceof Error ? error.message.slice(0, 500) : String(error);
    log.warn("A mail could not be sent.", {
      mail: id,
      attempts: mail.attempts,
      reason,
      final: delayMinutes === undefined,
    });
    await updateMail(
      db,
      id,
      delayMinutes === undefined
        ? { state: "failed", body: null, html: null, error: reason }
        : { next_attempt_at: new Date(clock.now().getTime() + delayMinutes * MINUTE_MS), error: reason },
    );
    return false;
  }
  await updateMail(db, id, { state: "sent", body: null, html: null, error: null });
  return true;
}

async function updateMail(
  db: Kysely<Tables>,
  id: number,
  values: {
    state?: "sent" | "failed";
    body?: null;
    html?: null;
    error: string | null;
    next_attempt_at?: Date;
  },
): Promise<void> {
  await db.updateTable("mails").set(values).where("id", "=", id).execute();
}

/**
 * The server refuses this recipient or this mail for good (RFC 5321, section 4.2.1: 5yz). A refused
 * password is the operator's to correct, so it is retried.
 */
function isPermanentFailure(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error) || !("responseCode" in error)) return false;
  const isAboutTheMail = error.code === "EENVELOPE" || error.code === "EMESSAGE";
  return isAboutTheMail && Number(error.responseCode) >= 500;
}
