// Managing teammates: a company admin may change everybody, a workspace admin everybody but company
// admins. The last company admin cannot be removed.
import type { Kysely } from "kysely";
import { inTransaction } from "../db/transaction.ts";
import type { Database } from "../db/pool.ts";
import type { Tables } from "../db/tables.ts";
import type { TeammateRole, TeammateState } from "../teammates/tables.ts";
import type { Sealer } from "../lib/sealer.ts";
import { queueMail } from "../mail/outbox.ts";
import { emailKey, saveTeammate, teammateName } from "../teammates/teammates.ts";
import { AccessError } from "./access-error.ts";
import { invitationEmail, passwordResetEmail } from "./emails.ts";
import { createLink, linkUrl, revokeLinks } from "./links.ts";
import type { SignedInTeammate } from "./sessions.ts";

export type TeamDeps = {
  readonly database: Database;
  readonly now: Date;
  readonly publicUrl: string;
  readonly workspace: string;
  /** Whether a mail server is configured. */
  readonly delivers: boolean;
  readonly sealer: Sealer;
};

type Member = { id: number; email: string; role: TeammateRole; state: TeammateState };

export type Invitation = {
  readonly email: string;
  /** Empty: the teammate enters it. */
  readonly name: string;
  readonly role: TeammateRole;
};

/**
 * Invites a teammate, or invites one again who has not joined; earlier links are revoked.
 * @throws AccessError
 */
export async function invite(
  deps: TeamDeps,
  by: SignedInTeammate,
  { email, name, role }: Invitation,
): Promise<{ id: number; link: string }> {
  const { database, now, publicUrl, workspace } = deps;
  return inTransaction(database, async ({ kysely: trx }) => {
    const existing = await lockMember(trx, "email", emailKey(email));
    if (existing?.state === "active")
      throw new AccessError(
        "taken",
        `${existing.email} is a teammate already. Change the role in the list.`,
        "email",
      );
    requireCompanyAdminFor(by, [role, existing?.role]);
    const { id, email: to } = await saveTeammate(trx, { email, name });
    await trx.updateTable("teammates").set({ role, state: "invited" }).where("id", "=", id).execute();
    await revokeLinks(trx, id);
    const link = linkUrl(publicUrl, await createLink(trx, "invitation", id, now));
    await queueMail(trx, invitationEmail({ to, link, now }, by.name || by.email, workspace), deps);
    return { id, link };
  });
}

/** @throws AccessError */
export async function editTeammate(
  { database }: Pick<TeamDeps, "database">,
  by: SignedInTeammate,
  id: number,
  { name, role }: { readonly name?: string | undefined; readonly role?: TeammateRole | undefined },
): Promise<void> {
  await inTransaction(database, async ({ kysely: trx }) => {
    const existing = await lockMemberToChange(trx, by, id);
    requireCompanyAdminFor(by, [role]);
    if (role !== undefined && role !== "company-admin") await requireOtherCompanyAdmin(trx, existing);
    const changes = {
      ...(name !== undefined && { name: teammateName(name) }),
      ...(role !== undefined && { role }),
    };
    if (Object.keys(changes).length > 0)
      await trx.updateTable("teammates").set(changes).where("id", "=", id).execute();
  });
}

/**
 * Deletes a teammate with their sessions and links. Accounts keep the dangling id until their next
 * sync.
 * @throws AccessError
 */
export async function deleteTeammate(
  { database }: Pick<TeamDeps, "database">,
  by: SignedInTeammate,
  id: number,
): Promise<void> {
  await inTransaction(database, async ({ kysely: trx }) => {
    await requireOtherCompanyAdmin(trx, await lockMemberToChange(trx, by, id));
    await trx.deleteFrom("teammates").where("id", "=", id).execute();
  });
}

/** Mails a password reset link if an active teammate has this address; the caller cannot tell. */
export async function mailPasswordReset(deps: TeamDeps, email: string): Promise<void> {
  const { database, now, publicUrl } = deps;
  await inTransaction(database, async ({ kysely: trx }) => {
    const existing = await lockMember(trx, "email", emailKey(email));
    if (existing?.state !== "active") return;
    const link = linkUrl(publicUrl, await createLink(trx, "password-reset", existing.id, now));
    await queueMail(trx, passwordResetEmail({ to: existing.email, link, now }), deps);
  });
}

/**
 * A link for the operator: it creates the first company admin, or lets one in who lost the
 * password.
 * @throws AccessError when there is another company admin and this is none
 */
export async function createOperatorLink(
  { database, now, publicUrl }: Pick<TeamDeps, "database" | "now" | "publicUrl">,
  email: string,
): Promise<string> {
  return inTransaction(database, async ({ kysely: trx }) => {
    const admins = await lockCompanyAdmins(trx);
    const existing = await lockMember(trx, "email", emailKey(email));
    if (admins.length > 0 && !admins.includes(existing?.id ?? -1)) {
      throw new AccessError(
        "not-allowed",
        `${email} is no company admin, and there is one already. Ask them for an invitation.`,
      );
    }
    const { id } = await saveTeammate(trx, { email });
    if (existing?.state === "active" && admins.length > 0)
      return linkUrl(publicUrl, await createLink(trx, "password-reset", id, now));
    await trx
      .updateTable("teammates")
      .set({ role: "company-admin", state: "invited" })
      .where("id", "=", id)
      .execute();
    await revokeLinks(trx, id);
    return linkUrl(publicUrl, await createLink(trx, "invitation", id, now));
  });
}

/** Whether there is an active company admin. */
export async function hasCompanyAdmin(db: Kysely<Tables>): Promise<boolean> {
  const found = await db
    .selectFrom("teammates")
    .select("id")
    .where("role", "=", "company-admin")
    .where("state", "=", "active")
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

async function lockMember(
  trx: Kysely<Tables>,
  by: "id" | "email",
  value: number | string,
): Promise<Member | undefined> {
  return trx
    .selectFrom("teammates")
    .select(["id", "email", "role", "state"])
    .where(by, "=", value)
    .forUpdate()
    .executeTakeFirst();
}

async function lockMemberToChange(trx: Kysely<Tables>, by: SignedInTeammate, id: number): Promise<Member> {
  // Locks are always taken in this order, so that two admins who delete each other do not deadlock.
  await lockCompanyAdmins(trx);
  const existing = await lockMember(trx, "id", id);
  if (!existing) throw new AccessError("not-found", "This teammate no longer exists. Reload the list.");
  requireCompanyAdminFor(by, [existing.role]);
  return existing;
}

function requireCompanyAdminFor(by: SignedInTeammate, roles: readonly (TeammateRole | undefined)[]): void {
  if (by.role === "company-admin" || !roles.includes("company-admin")) return;
  throw new AccessError("not-allowed", "Only a company admin makes or changes a company admin. Ask one.");
}

async function lockCompanyAdmins(trx: Kysely<Tables>): Promise<number[]> {
  const rows = await trx
    .selectFrom("teammates")
    .select("id")
    .where("role", "=", "company-admin")
    .where("state", "=", "active")
    .orderBy("id")
    .forUpdate()
    .execute();
  return rows.map(({ id }) => id);
}

async function requireOtherCompanyAdmin(trx: Kysely<Tables>, member: Member): Promise<void> {
  const admins = await lockCompanyAdmins(trx);
  if (admins.length > 1 || admins[0] !== member.id) return;
  throw new AccessError(
    "not-allowed",
    `${member.email} is the last company admin. Make somebody else a company admin first.`,
  );
}
