// The result of a teammate's last attempt to connect. The redirect back to the app carries only a
// code in its URL; the sentence is kept here.
import type { Kysely } from "kysely";
import type { Tables } from "../../db/tables.ts";

export type Notice = { readonly code: string; readonly sentence: string };

const NOTICE_TTL_MS = 60 * 60_000;

export async function saveNotice(
  db: Kysely<Tables>,
  teammateId: number,
  notice: Notice,
  now: Date,
): Promise<void> {
  const row = { ...notice, until: new Date(now.getTime() + NOTICE_TTL_MS) };
  await db
    .insertInto("connection_notices")
    .values({ teammate_id: teammateId, ...row })
    .onConflict((conflict) => conflict.column("teammate_id").doUpdateSet(row))
    .execute();
}

export async function loadNotice(
  db: Kysely<Tables>,
  teammateId: number,
  now: Date,
): Promise<Notice | undefined> {
  return db
    .selectFrom("connection_notices")
    .select(["code", "sentence"])
    .where("teammate_id", "=", teammateId)
    .where("until", ">", now)
    .executeTakeFirst();
}

export async function deleteNotice(db: Kysely<Tables>, teammateId: number): Promise<void> {
  await db.deleteFrom("connection_notices").where("teammate_id", "=", teammateId).execute();
}
