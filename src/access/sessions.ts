// Sessions: the token is in the browser's cookie, its hash in the database. A session ends a week
// after its last use, and a month after its start.
import type { Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import { DAY_MS } from "../lib/durations.ts";
import type { TeammateRole } from "../teammates/tables.ts";
import { isToken, newToken, tokenHash } from "./tokens.ts";

const IDLE_TIMEOUT_MS = 7 * DAY_MS;
export const MAX_LIFETIME_MS = 30 * DAY_MS;
/** How precisely `seen_at` is kept, so that not every request writes. */
const SEEN_INTERVAL_MS = 5 * 60_000;

export type SignedInTeammate = {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  readonly role: TeammateRole;
};

/**
 * Starts a session and activates an invited teammate.
 * @returns the token for the cookie
 */
export async function startSession(db: Kysely<Tables>, teammateId: number, now: Date): Promise<string> {
  const token = newToken();
  await db
    .insertInto("sessions")
    .values({ token_hash: tokenHash(token), teammate_id: teammateId, created_at: now, seen_at: now })
    .execute();
  await db
    .updateTable("teammates")
    .set({ state: "active", last_seen_at: now })
    .where("id", "=", teammateId)
    .execute();
  await db
    .deleteFrom("sessions")
    .where((or) =>
      or.or([
        or("seen_at", "<=", new Date(now.getTime() - IDLE_TIMEOUT_MS)),
        or("created_at", "<=", new Date(now.getTime() - MAX_LIFETIME_MS)),
      ]),
    )
    .execute();
  return token;
}

/** The teammate of a valid session. */
export async function teammateBySession(
  db: Kysely<Tables>,
  token: string,
  now: Date,
): Promise<SignedInTeammate | undefined> {
  if (!isToken(token)) return undefined;
  const session = await db
    .selectFrom("sessions as s")
    .innerJoin("teammates as t", "t.id", "s.teammate_id")
    .select(["t.id", "t.email", "t.name", "t.role", "s.seen_at as seenAt"])
    .where("s.token_hash", "=", tokenHash(token))
    .where("t.state", "=", "active")
    .where("s.seen_at", ">", new Date(now.getTime() - IDLE_TIMEOUT_MS))
    .where("s.created_at", ">", new Date(now.getTime() - MAX_LIFETIME_MS))
    .executeTakeFirst();
  if (!session) return undefined;
  const { seenAt, ...signedIn } = session;
  if (now.getTime() - seenAt.getTime() >= SEEN_INTERVAL_MS) await markSeen(db, token, session.id, now);
  return signedIn;
}

async function markSeen(db: Kysely<Tables>, token: string, teammateId: number, now: Date): Promise<void> {
  await db.updateTable("sessions").set({ seen_at: now }).where("token_hash", "=", tokenHash(token)).execute();
  await db.updateTable("teammates").set({ last_seen_at: now }).where("id", "=", teammateId).execute();
}

export async function endSession(db: Kysely<Tables>, token: string): Promise<void> {
  await db.deleteFrom("sessions").where("token_hash", "=", tokenHash(token)).execute();
}

export async function endSessionsOf(db: Kysely<Tables>, teammateId: number): Promise<void> {
  await db.deleteFrom("sessions").where("teammate_id", "=", teammateId).execute();
}
