// Teammates, identified by e-mail address regardless of case. What they may do is decided in
// `src/access`.
import type { Kysely } from "kysely";
import { isBlank } from "../lib/invisible-characters.ts";
import type { Tables } from "../db/tables.ts";

export type Teammate = { readonly id: number; readonly email: string; readonly name: string };

export type NewTeammate = { readonly email: string; readonly name?: string | undefined };

/** Normalises an e-mail address for comparison: trimmed and lower-cased. */
export function emailKey(email: string): string {
  return email.trim().toLowerCase();
}

/** The name as it is stored: a blank one is none, so that the e-mail address is shown instead. */
export function teammateName(written: string | undefined): string {
  return written === undefined || isBlank(written) ? "" : written;
}

/** All teammates by `emailKey`; a company has hundreds at most. */
export async function teammatesByEmail(db: Kysely<Tables>): Promise<Map<string, Teammate>> {
  const rows = await db.selectFrom("teammates").select(["id", "email", "name"]).execute();
  return new Map(rows.map((row) => [row.email, row]));
}

/**
 * Adds a teammate without access, or updates the name of an existing one. An active teammate keeps
 * the name, because they entered it.
 */
export async function saveTeammate(db: Kysely<Tables>, teammate: NewTeammate): Promise<Teammate> {
  const name = teammateName(teammate.name);
  const email = emailKey(teammate.email);
  return db
    .insertInto("teammates")
    .values({ email, name })
    .onConflict((conflict) =>
      conflict.column("email").doUpdateSet((set) => ({
        name: set
          .case()
          .when(set.val(name), "=", "")
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

/** Deletes a teammate. Accounts keep the dangling id until their next sync. */
export async function removeTeammate(db: Kysely<Tables>, email: string): Promise<void> {
  await db.deleteFrom("teammates").where("email", "=", emailKey(email)).execute();
}
