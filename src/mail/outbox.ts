// The outbox: mails are stored in the transaction that causes them and delivered afterwards, with
// retries. Without a mail server they are shown in the app, so that an admin can forward them.
import type { Kysely, Selectable } from "kysely";
import type { Tables } from "../db/tables.ts";
import { SealError, type Purpose, type Sealer } from "../lib/sealer.ts";

export type Mail = {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The HTML alternative. */
  readonly html?: string;
  /** After this time its links have expired, so it is neither sent nor shown. */
  readonly expiresAt: Date;
};

/** A text may contain a one-time link, which nobody must read in the database or a backup. */
const MAIL_PURPOSE: Purpose = { name: "mail", fix: "invite anew, or ask for a new password once more" };

export type MailContext = {
  readonly sealer: Sealer;
  /** Whether a mail server is configured. */
  readonly delivers: boolean;
  readonly now: Date;
};

export async function queueMail(
  db: Kysely<Tables>,
  mail: Mail,
  { sealer, delivers, now }: MailContext,
): Promise<void> {
  await db
    .insertInto("mails")
    .values({
      recipient: mail.to,
      subject: mail.subject,
      body: sealer.seal(MAIL_PURPOSE, mail.text),
      html: mail.html === undefined ? null : sealer.seal(MAIL_PURPOSE, mail.html),
      sealed: true,
      keep_until: mail.expiresAt,
      state: delivers ? "waiting" : "shown",
      next_attempt_at: delivers ? now : null,
      created_at: now,
    })
    .execute();
}

type StoredTexts = Pick<Selectable<Tables["mails"]>, "body" | "html" | "sealed">;

/**
 * Decrypts the texts; old mails were stored in clear.
 * @throws SealError
 */
export function unsealTexts(
  { body, html, sealed }: StoredTexts,
  sealer: Sealer,
): { readonly text: string | null; readonly html: string | null } {
  const unseal = (text: string | null) => (text !== null && sealed ? sealer.open(MAIL_PURPOSE, text) : text);
  return { text: unseal(body), html: unseal(html) };
}

export type ListedMail = {
  readonly id: number;
  readonly to: string;
  readonly subject: string;
  readonly text: string | null;
  readonly state: Tables["mails"]["state"];
  /** ISO 8601. */
  readonly createdAt: string;
};

const MAX_LISTED = 100;

/**
 * The latest mails, newest first. The text of a mail for the mail server is left out, because it is
 * for its recipient alone.
 */
export async function latestMails(db: Kysely<Tables>, now: Date, sealer: Sealer): Promise<ListedMail[]> {
  const rows = await db
    .selectFrom("mails")
    .select(["id", "recipient", "subject", "body", "html", "sealed", "keep_until", "state", "created_at"])
    .orderBy("id", "desc")
    .limit(MAX_LISTED)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    to: row.recipient,
    subject: row.subject,
    text:
      row.state === "shown" && row.keep_until !== null && row.keep_until > now
        ? readableText(row, sealer)
        : null,
    state: row.state,
    createdAt: row.created_at.toISOString(),
  }));
}

/** A text that does not decrypt is replaced by the error, so that the others stay readable. */
function readableText(row: StoredTexts, sealer: Sealer): string | null {
  try {
    return unsealTexts(row, sealer).text;
  } catch (error) {
    if (error instanceof SealError) return error.message;
    throw error;
  }
}

/** Deletes texts whose links have expired. */
export async function deleteExpiredTexts(db: Kysely<Tables>, now: Date): Promise<void> {
  await db
    .updateTable("mails")
    .set({ body: null, html: null })
    .where("body", "is not", null)
    .where("keep_until", "<=", now)
    .where("state", "!=", "waiting")
    .execute();
}

/** Shows queued mails in the app after the mail server was removed from the settings. */
export async function showUndelivered(db: Kysely<Tables>): Promise<void> {
  await db
    .updateTable("mails")
    .set({ state: "shown", next_attempt_at: null })
    .where("state", "=", "waiting")
    .execute();
}
