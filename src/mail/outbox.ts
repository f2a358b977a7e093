// Mails: written down in the transaction that causes them, sent afterwards, tried again until a mail server takes them.
// Where no mail server is set up they are shown in the app, so that an admin can pass them on.
import type { Kysely, Selectable } from "kysely";
import type { Tables } from "../db/tables.ts";
import { SealError, type Purpose, type Sealer } from "../lib/sealer.ts";

export type Mail = {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The same for programs that show it. */
  readonly html?: string;
  /** From then on its links are over, so it is neither sent nor shown any more. */
  readonly expiresAt: Date;
};

/** A text may hold a one-time link, so whoever reads the database or a backup reads none. */
const MAIL_PURPOSE: Purpose = { name: "mail", remedy: "invite anew, or ask for a new password once more" };

export type MailContext = {
  readonly sealer: Sealer;
  /** Whether there is a mail server. */
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

/** Those of before were not sealed. @throws SealError */
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

/** The latest mails, newest first; of those that a mail server is to carry, never the text: it is the recipient's. */
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

/** One that does not open says so in its place, and leaves the others readable. */
function readableText(row: StoredTexts, sealer: Sealer): string | null {
  try {
    return unsealTexts(row, sealer).text;
  } catch (error) {
    if (error instanceof SealError) return error.message;
    throw error;
  }
}

/** Forgets the texts whose links are over. */
export async function deleteExpiredTexts(db: Kysely<Tables>, now: Date): Promise<void> {
  await db
    .updateTable("mails")
    .set({ body: null, html: null })
    .where("body", "is not", null)
    .where("keep_until", "<=", now)
    .where("state", "!=", "waiting")
    .execute();
}

/** What waits for a mail server that is no longer set up is shown in the app instead. */
export async function showUndelivered(db: Kysely<Tables>): Promise<void> {
  await db
    .updateTable("mails")
    .set({ state: "shown", next_attempt_at: null })
    .where("state", "=", "waiting")
    .execute();
}
