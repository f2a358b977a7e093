// Teammates: who works here, found by e-mail whatever its case. What they may do is decided in `src/access`.
import type { Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";

export type Teammate = { readonly id: number; readonly email: string; readonly name: string };

export type NewTeammate = { readonly email: string; readonly name?: string | undefined };

/** The one way an e-mail address is compared: trimmed and lower-cased. */
export function emailKey(email: string): string {
  return email.trim().toLowerCase();
}

/** All teammates by `emailKey`. A company has hundreds of them, not more. */
export async function teammatesByEmail(db: Kysely<Tables>): Promise<Map<string, Teammate>> {
  const rows = await db.selectFrom("teammates").select(["id", "email", "name"]).execute();
  return new Map(rows.map((row) => [row.email, row]));
}

/**
 * Adds a teammate who cannot sign in yet, or gives one that is there the new name. Who has signed in keeps theirs: they
 * wrote it themselves.
 */
export async function saveTeammate(db: Kysely<Tables>, teammate: NewTeammate): Promise<Teammate> {
  const { name } = teammate;
  const email = emailKey(teammate.email);
  return db
    .insertInto("teammates")
    .values({ email, name: name ?? "" })
    .onConflict((conflict) =>
      conflict.column("email").doUpdateSet((set) => ({
        name: set
          .case()
          .when(set.val(name ?? ""), "=", "")
          .then(set.ref("teammates.name"))
          .when("teammates.state", "=", "active")
          .then(set.ref("teammates.name"))
          .else(set.ref("excluded.name"))
          .end(),
      })),
    )
    .returning(["id", "email", "name"])
    .executeTakeFirstOrThrow();
}

/** Removes a teammate; accounts that name them keep an id nobody has until their next run. */
export async function removeTeammate(db: Kysely<Tables>, email: string): Promise<void> {
  await db.deleteFrom("teammates").where("email", "=", emailKey(email)).execute();
}
