// Passwords: Argon2id with the library's defaults, which are the first parameters of OWASP's
// Password Storage Cheat Sheet (19 MiB, 2 passes).
import { hash, verify } from "@node-rs/argon2";
import type { Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import { emailKey } from "../teammates/teammates.ts";

export async function setPassword(db: Kysely<Tables>, teammateId: number, password: string): Promise<void> {
  const hashed = await hash(password.normalize("NFC"));
  await db
    .insertInto("teammate_passwords")
    .values({ teammate_id: teammateId, hash: hashed })
    .onConflict((conflict) => conflict.column("teammate_id").doUpdateSet({ hash: hashed }))
    .execute();
}

let dummyHash: Promise<string> | undefined;

/**
 * Finds the teammate with this address and password. An unknown address takes as long, so that
 * timing does not reveal which addresses exist.
 */
export async function teammateByPassword(
  db: Kysely<Tables>,
  email: string,
  password: string,
): Promise<number | undefined> {
  const credentials = await db
    .selectFrom("teammates as t")
    .innerJoin("teammate_passwords as p", "p.teammate_id", "t.id")
    .select(["t.id", "p.hash"])
    .where("t.email", "=", emailKey(email))
    .where("t.state", "=", "active")
    .executeTakeFirst();
  dummyHash ??= hash("nobody has this password");
  const matches = await verify(credentials?.hash ?? (await dummyHash), password.normalize("NFC"));
  return matches ? credentials?.id : undefined;
}
