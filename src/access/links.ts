// One-time links: an invitation, a password reset, the first sign-in. Each works once, until it
// expires.
import type { Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import { DAY_MS, HOUR_MS } from "../lib/durations.ts";
import { AccessError } from "./access-error.ts";
import type { LinkKind } from "./tables.ts";
import { isToken, newToken, tokenHash } from "./tokens.ts";

export const LINK_LIFETIME_MS: Record<LinkKind, number> = {
  invitation: 7 * DAY_MS,
  "password-reset": HOUR_MS,
  "sign-in": DAY_MS,
};

export type Link = {
  readonly kind: LinkKind;
  readonly teammateId: number;
  readonly email: string;
  readonly name: string;
  readonly expiresAt: Date;
};

/**
 * Creates a link.
 * @returns its token, which cannot be read again
 */
export async function createLink(
  db: Kysely<Tables>,
  kind: LinkKind,
  teammateId: number,
  now: Date,
): Promise<string> {
  const token = newToken();
  await db
    .insertInto("one_time_links")
    .values({
      token_hash: tokenHash(token),
      kind,
      teammate_id: teammateId,
      expires_at: new Date(now.getTime() + LINK_LIFETIME_MS[kind]),
    })
    .execute();
  return token;
}

/** Revokes all unused links of a teammate. */
export async function revokeLinks(db: Kysely<Tables>, teammateId: number): Promise<void> {
  await db
    .deleteFrom("one_time_links")
    .where("teammate_id", "=", teammateId)
    .where("used_at", "is", null)
    .execute();
}

/** The link's URL under the public address. */
export function linkUrl(publicUrl: string, token: string): string {
  return `${publicUrl}/links/${token}`;
}

/**
 * Loads a link without using it.
 * @throws AccessError when it does not exist, was used, or has expired
 */
export async function readLink(db: Kysely<Tables>, token: string, now: Date): Promise<Link> {
  const found = isToken(token)
    ? await db
        .selectFrom("one_time_links as l")
        .innerJoin("teammates as t", "t.id", "l.teammate_id")
        .select([
          "l.kind",
          "l.teammate_id as teammateId",
          "t.email",
          "t.name",
          "l.expires_at as expiresAt",
          "l.used_at as usedAt",
        ])
        .where("l.token_hash", "=", tokenHash(token))
        .executeTakeFirst()
    : undefined;
  if (!found) {
    throw new AccessError(
      "not-found",
      "This link does not exist or has been replaced by a newer one. Look for a newer mail, or ask an admin for a new link.",
    );
  }
  const { usedAt, ...link } = found;
  if (usedAt !== null)
    throw new AccessError("expired", "This link has been used already. Sign in, or ask for a new one.");
  if (link.expiresAt <= now)
    throw new AccessError("expired", "This link is too old. Ask an admin for a new one.");
  return link;
}

/**
 * Marks a link as used; of two concurrent requests one is refused.
 * @throws AccessError as `readLink`
 */
export async function consumeLink(db: Kysely<Tables>, token: string, now: Date): Promise<void> {
  const consumed = await db
    .updateTable("one_time_links")
    .set({ used_at: now })
    .where("token_hash", "=", tokenHash(token))
    .where("used_at", "is", null)
    .where("expires_at", ">", now)
    .executeTakeFirst();
  if (consumed.numUpdatedRows === 0n)
    throw new AccessError("expired", "This link has been used already. Sign in, or ask for a new one.");
}

/** Deletes links a week after they expired; until then their page says that they have expired. */
export async function deleteExpiredLinks(db: Kysely<Tables>, now: Date): Promise<void> {
  await db
    .deleteFrom("one_time_links")
    .where("expires_at", "<", new Date(now.getTime() - LINK_LIFETIME_MS.invitation))
    .execute();
}
