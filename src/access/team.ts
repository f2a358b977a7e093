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
import { invitationLetter, resetLetter } from "./emails.ts";
import { createLink, linkAddress, revokeLinks } from "./links.ts";
import type { SignedIn } from "./sessions.ts";

export type TeamParts = {
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
  parts: TeamParts,
  by: SignedIn,
  { email, name, role }: Invitation,
): Promise<{ id: number; link: string }> {
  const { database, now, publicUrl, workspace } = parts;
  return inTransaction(database, async ({ kysely: trx }) => {
    const present = await member(trx, "email", emailKey(email));
    if (present?.state === "active")
      throw new AccessError(
        "taken",
        `${present.email} works here already. Change the role in the list.`,
        "email",
      );
    refuseUnlessCompanyAdmin(by, [role, present?.role]);
    const { id, email: to } = await saveTeammate(trx, { email, name });
    await trx.updateTable("teammates").set({ role, state: "invited" }).where("id", "=", id).execute();
    await revokeLinks(trx, id);
    const link = linkAddress(publicUrl, await createLink(trx, "invitation", id, now));
    await queueMail(trx, invitationLetter({ to, link, now }, by.name || by.email, workspace), parts);
    return { id, link };
  });
}

/** @throws AccessError */
export async function editTeammate(
  { database }: Pick<TeamParts, "database">,
  by: SignedIn,
  id: number,
  { name, role }: { readonly name?: string | undefined; readonly role?: TeammateRole | undefined },
): Promise<void> {
  await inTransaction(database, async ({ kysely: trx }) => {
    const present = await memberToChange(trx, by, id);
    refuseUnlessCompanyAdmin(by, [role]);
    if (role !== undefined && role !== "company-admin") await refuseForLastCompanyAdmin(trx, present);
    const changes = { ...(name !== undefined && { name }), ...(role !== undefined && { role }) };
    if (Object.keys(changes).length > 0)
      await trx.updateTable("teammates").set(changes).where("id", "=", id).execute();
  });
}

/** Their sessions and links end with them; accounts that name them keep an id nobody has until their next run. @throws AccessError */
export async function dismiss(
  { database }: Pick<TeamParts, "database">,
  by: SignedIn,
  id: number,
): Promise<void> {
  await inTransaction(database, async ({ kysely: trx }) => {
    await refuseForLastCompanyAdmin(trx, await memberToChange(trx, by, id));
    await trx.deleteFrom("teammates").where("id", "=", id).execute();
  });
}

/** Mails a link for a new password, if somebody who may sign in has this address; tells nobody whether. */
export async function mailReset(parts: TeamParts, email: string): Promise<void> {
  const { database, now, publicUrl } = parts;
  await inTransaction(database, async ({ kysely: trx }) => {
    const present = await member(trx, "email", emailKey(email));
    if (present?.state !== "active") return;
    const link = linkAddress(publicUrl, await createLink(trx, "password-reset", present.id, now));
    await queueMail(trx, resetLetter({ to: present.email, link, now }), parts);
  });
}

/**
 * A link for the operator, who has the machine anyway: makes the first company admin, or lets one who lost their password in.
 * @throws AccessError when there is another company admin and this is none
 */
export async function operatorLink(
  { database, now, publicUrl }: Pick<TeamParts, "database" | "now" | "publicUrl">,
  email: string,
): Promise<string> {
  return inTransaction(database, async ({ kysely: trx }) => {
    const admins = await lockedCompanyAdmins(trx);
    const present = await member(trx, "email", emailKey(email));
    if (admins.length > 0 && !admins.includes(present?.id ?? -1)) {
      throw new AccessError(
        "not-allowed",
        `${email} is no company admin, and there is one already. Ask them for an invitation.`,
      );
    }
    const { id } = await saveTeammate(trx, { email });
    if (present?.state === "active" && admins.length > 0)
      return linkAddress(publicUrl, await createLink(trx, "password-reset", id, now));
    await trx
      .updateTable("teammates")
      .set({ role: "company-admin", state: "invited" })
      .where("id", "=", id)
      .execute();
    await revokeLinks(trx, id);
    return linkAddress(publicUrl, await createLink(trx, "invitation", id, now));
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

async function member(
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

async function memberToChange(trx: Kysely<Tables>, by: SignedIn, id: number): Promise<Member> {
  // Locked before the one to change, and always in this order, so that two who dismiss each other wait and do not deadlock.
  await lockedCompanyAdmins(trx);
  const present = await member(trx, "id", id);
  if (!present)
    throw new AccessError("not-found", "Nobody with this number works here any more. Reload the list.");
  refuseUnlessCompanyAdmin(by, [present.role]);
  return present;
}

function refuseUnlessCompanyAdmin(by: SignedIn, roles: readonly (TeammateRole | undefined)[]): void {
  if (by.role === "company-admin" || !roles.includes("company-admin")) return;
  throw new AccessError("not-allowed", "Only a company admin makes or changes a company admin. Ask one.");
}

async function lockedCompanyAdmins(trx: Kysely<Tables>): Promise<number[]> {
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

async function refuseForLastCompanyAdmin(trx: Kysely<Tables>, present: Member): Promise<void> {
  const admins = await lockedCompanyAdmins(trx);
  if (admins.length > 1 || admins[0] !== present.id) return;
  throw new AccessError(
    "not-allowed",
    `${present.email} is the last company admin. Make somebody else a company admin first.`,
  );
}
