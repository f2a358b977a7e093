// Who may change whom: a company admin anybody, a workspace admin everybody but company admins; the last company admin stays.
import type { Kysely } from "kysely";
import { inTransaction } from "../db/transaction.ts";
import type { Database } from "../db/pool.ts";
import type { Tables } from "../db/tables.ts";
import type { TeammateRole, TeammateState } from "../teammates/tables.ts";
import type { Sealer } from "../lib/sealer.ts";
import { queueMail } from "../mail/outbox.ts";
import { emailKey, saveTeammate } from "../teammates/teammates.ts";
import { AccessError } from "./access-error.ts";
import { invitationEmail, passwordResetEmail } from "./emails.ts";
import { createLink, linkUrl, revokeLinks } from "./links.ts";
import type { SignedInTeammate } from "./sessions.ts";

export type TeamDeps = {
  readonly database: Database;
  readonly now: Date;
  readonly publicUrl: string;
  readonly workspace: string;
  /** Whether there is a mail server. */
  readonly delivers: boolean;
  readonly sealer: Sealer;
};

type Member = { id: number; email: string; role: TeammateRole; state: TeammateState };

export type Invitation = {
  readonly email: string;
  /** Empty: they say it themselves. */
  readonly name: string;
  readonly role: TeammateRole;
};

/** Invites anew who was invited and has not come yet; the earlier link is over. @throws AccessError */
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
        `${existing.email} works here already. Change the role in the list.`,
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
    const changes = { ...(name !== undefined && { name }), ...(role !== undefined && { role }) };
    if (Object.keys(changes).length > 0)
      await trx.updateTable("teammates").set(changes).where("id", "=", id).execute();
  });
}

/** Their sessions and links end with them; accounts that name them keep an id nobody has until their next run. @throws AccessError */
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

/** Mails a link for a new password, if somebody who may sign in has this address; tells nobody whether. */
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
 * A link for the operator, who has the machine anyway: makes the first company admin, or lets one who lost their password in.
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

/** Whether anybody has ever come in who may change everything. */
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
  // Locked before the one to change, and always in this order, so that two who dismiss each other wait and do not deadlock.
  await lockCompanyAdmins(trx);
  const existing = await lockMember(trx, "id", id);
  if (!existing)
    throw new AccessError("not-found", "Nobody with this number works here any more. Reload the list.");
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
