// How often somebody may try: counted in the database, so that several processes count together and a restart forgets nothing.
// A window begins with the first try and is over at its end; our clock tells when.
import { sql, type Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import { AccessError } from "./access-error.ts";

export type Limit = { readonly action: string; readonly max: number; readonly windowMs: number };

const MINUTE_MS = 60_000;

/** Per address a whole office may stand behind one; per e-mail someone may guess from many addresses. */
export const LIMITS = {
  signInFromAddress: { action: "sign-in from", max: 100, windowMs: 15 * MINUTE_MS },
  signInAs: { action: "sign-in as", max: 30, windowMs: 15 * MINUTE_MS },
  linkFromAddress: { action: "link from", max: 60, windowMs: 15 * MINUTE_MS },
  resetFromAddress: { action: "reset from", max: 30, windowMs: 60 * MINUTE_MS },
  resetFor: { action: "reset for", max: 5, windowMs: 60 * MINUTE_MS },
} as const satisfies Record<string, Limit>;

/** Counts one try, and says whether it is still within the limit. */
export async function countAttempt(
  db: Kysely<Tables>,
  limit: Limit,
  subject: string,
  now: Date,
): Promise<boolean> {
  const windowStart = new Date(now.getTime() - limit.windowMs);
  const key = `${limit.action} ${subject}`;
  const { rows } = await sql<{ count: number }>`
    insert into attempts as a (key, started_at, count) values (${key}, ${now}, 1)
    on conflict (key) do update set
      count = case when a.started_at <= ${windowStart} then 1 else a.count + 1 end,
      started_at = case when a.started_at <= ${windowStart} then excluded.started_at else a.started_at end
    returning count`.execute(db);
  return (rows[0]?.count ?? 0) <= limit.max;
}

/** @throws AccessError when it was tried too often */
export async function requireAttempt(
  db: Kysely<Tables>,
  limit: Limit,
  subject: string,
  now: Date,
): Promise<void> {
  if (await countAttempt(db, limit, subject, now)) return;
  throw new AccessError(
    "too-many",
    `That was tried too often. Wait ${limit.windowMs / MINUTE_MS} minutes and try again.`,
  );
}

/** A success forgets the failures before it. */
export async function resetAttempts(db: Kysely<Tables>, limit: Limit, subject: string): Promise<void> {
  await db.deleteFrom("attempts").where("key", "=", `${limit.action} ${subject}`).execute();
}

/** Windows that are over, from whoever tried. */
export async function deleteExpiredAttempts(db: Kysely<Tables>, now: Date): Promise<void> {
  const longestWindow = Math.max(...Object.values(LIMITS).map(({ windowMs }) => windowMs));
  await db
    .deleteFrom("attempts")
    .where("started_at", "<", new Date(now.getTime() - longestWindow))
    .execute();
}
