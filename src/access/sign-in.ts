// Sign-in by password or one-time link. Each returns the token of a new session.
import { inTransaction } from "../db/transaction.ts";
import type { Database } from "../db/pool.ts";
import { emailKey, teammateName } from "../teammates/teammates.ts";
import { AccessError } from "./access-error.ts";
import { resetAttempts, LIMITS, requireAttempt } from "./attempts.ts";
import { readLink, revokeLinks, consumeLink } from "./links.ts";
import { setPassword, teammateByPassword } from "./passwords.ts";
import { endSessionsOf, startSession } from "./sessions.ts";

export type SignInContext = {
  readonly database: Database;
  readonly now: Date;
  /** Network address of the client. */
  readonly address: string;
};

/** @throws AccessError when they do not match, or after too many attempts */
export async function signInByPassword(
  { database: { kysely: db }, now, address }: SignInContext,
  credentials: { readonly email: string; readonly password: string },
): Promise<string> {
  const email = emailKey(credentials.email);
  await requireAttempt(db, LIMITS.signInFromAddress, address, now);
  await requireAttempt(db, LIMITS.signInAs, email, now);
  const teammate = await teammateByPassword(db, email, credentials.password);
  if (teammate === undefined) {
    throw new AccessError(
      "wrong",
      "This e-mail address and password do not match. Try again, or reset your password.",
    );
  }
  await resetAttempts(db, LIMITS.signInAs, email);
  return startSession(db, teammate, now);
}

export type LinkInput = { readonly name?: string | undefined; readonly password?: string | undefined };

/**
 * Uses a link and signs in. Setting a password ends all other sessions. A link that needs a
 * password stays unused when none is sent.
 * @throws AccessError
 */
export async function signInByLink(
  { database, now, address }: SignInContext,
  token: string,
  { name, password }: LinkInput,
): Promise<string> {
  await requireAttempt(database.kysely, LIMITS.linkFromAddress, address, now);
  return inTransaction(database, async ({ kysely: trx }) => {
    const link = await readLink(trx, token, now);
    if (password === undefined && link.kind !== "sign-in")
      throw new AccessError("wrong", "Choose a password of at least 10 characters.", "password");
    await consumeLink(trx, token, now);
    if (name !== undefined)
      await trx
        .updateTable("teammates")
        .set({ name: teammateName(name) })
        .where("id", "=", link.teammateId)
        .execute();
    if (password !== undefined) {
      await endSessionsOf(trx, link.teammateId);
      await revokeLinks(trx, link.teammateId);
      await setPassword(trx, link.teammateId, password);
    }
    return startSession(trx, link.teammateId, now);
  });
}
