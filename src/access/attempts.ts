// Rate limits by fixed window, counted in the database, so that processes share the counts and a
// restart keeps them. A window starts with its first attempt.
import { sql, type Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import { MINUTE_MS } from "../lib/durations.ts";
import { AccessError } from "./access-error.ts";

export type Limit = { readonly action: string; readonly max: number; readonly windowMs: number };

/**
 * Limits per network address are higher, because a whole office may share one address; limits per
 * e-mail address stop an attacker who uses many network addresses.
 */
export const LIMITS = {
  signInFromAddress: { action: "sign-in from", max: 100, windowMs: 15 * MINUTE_MS },
  signInAs: { action: "sign-in as", max: 30, windowMs: 15 * MINUTE_MS },
  linkFromAddress: { action: "link from", max: 60, windowMs: 15 * MINUTE_MS },
  resetFromAddress: { action: "reset from", max: 30, windowMs: 60 * MINUTE_MS },
  resetFor: { action: "reset for", max: 5, windowMs: 60 * MINUTE_MS },
} as const satisfies Record<string, Limit>;

/**
 * Counts one attempt.
 * @returns whether it is within the limit
 */
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

/** @throws AccessError when the limit is exceeded */
export async function requireAttempt(
  db: Kysely<Tables>,
  limit: Limit,
  subject: string,
  now: Date,
): Promise<void> {
  if (await countAttempt(db, limit, subject, now)) return;
  throw new AccessError(
    "too-many",
    `Too many attempts. Wait ${limit.windowMs / MINUTE_MS} minutes and try again.`,
  );
}

/** Resets the count after a success. */
export async function resetAttempts(db: Kysely<Tables>, limit: Limit, subject: string): Promise<void> {
  await db.deleteFrom("attempts").where("key", "=", `${limit.action} ${subject}`).execute();
}

/** Deletes counts whose window has ended under every limit. */
export async function deleteExpiredAttempts(db: Kysely<Tables>, now: Date): Promise<void> {
  const longestWindow = Math.max(...Object.values(LIMITS).map(({ windowMs }) => windowMs));
  await db
    .deleteFrom("attempts")
    .where("started_at", "<", new Date(now.getTime() - longestWindow))
    .execute();
}
