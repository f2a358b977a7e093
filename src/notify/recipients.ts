// Recipients of notices of scheduled syncs: who connected Dynamics 365, and whom an admin chose. If
// none of them is left, the company admins, so that errors reach a person.
import type { Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import { emailKey, teammatesByEmail, type Teammate } from "../teammates/teammates.ts";
import type { Recipient, NoticeSettings } from "./decide-notices.ts";

export type MailSettings = {
  readonly scheduled: boolean;
  readonly starter: boolean;
  /** Chosen teammates, without deleted ones. */
  readonly teammates: readonly Teammate[];
  readonly addresses: readonly string[];
  /** The teammate who connected Dynamics 365, if not deleted. */
  readonly setUpBy: Teammate | null;
};

export async function loadMailSettings(db: Kysely<Tables>): Promise<MailSettings> {
  const row = await db
    .selectFrom("connection")
    .select(["connected_by", "mail_scheduled", "mail_starter", "mail_teammates", "mail_addresses"])
    .executeTakeFirstOrThrow();
  const teammates = await teammatesByEmail(db);
  const chosen = new Set(row.mail_teammates);
  return {
    scheduled: row.mail_scheduled,
    starter: row.mail_starter,
    teammates: [...teammates.values()].filter(({ id }) => chosen.has(id)),
    addresses: row.mail_addresses,
    setUpBy: (row.connected_by === null ? undefined : teammates.get(emailKey(row.connected_by))) ?? null,
  };
}

export type ChosenRecipients = {
  readonly scheduled: boolean;
  readonly starter: boolean;
  /** Ids of teammates. */
  readonly teammates: readonly number[];
  readonly addresses: readonly string[];
};

/** @returns the ids that are unknown; then nothing was saved */
export async function saveMailSettings(
  db: Kysely<Tables>,
  chosen: ChosenRecipients,
): Promise<readonly number[]> {
  const teammates = await teammatesByEmail(db);
  const ids = new Set([...teammates.values()].map(({ id }) => id));
  const unknown = chosen.teammates.filter((id) => !ids.has(id));
  if (unknown.length > 0) return unknown;
  // The address of a teammate is saved as that teammate, so that it goes when they are deleted.
  const addresses = new Set(chosen.addresses.map(emailKey));
  const asTeammates = [...addresses].flatMap((address) => teammates.get(address)?.id ?? []);
  await db
    .updateTable("connection")
    .set({
      mail_scheduled: chosen.scheduled,
      mail_starter: chosen.starter,
      mail_teammates: [...new Set([...chosen.teammates, ...asTeammates])].toSorted((a, b) => a - b),
      mail_addresses: [...addresses].filter((address) => !teammates.has(address)).toSorted(),
    })
    .execute();
  return [];
}

/** The settings for `decideNotices`: each address once, with the first reason that applies. */
export async function loadNoticeSettings(db: Kysely<Tables>): Promise<NoticeSettings> {
  const { scheduled, starter, teammates, addresses, setUpBy } = await loadMailSettings(db);
  const named: Recipient[] = [
    ...(setUpBy ? [{ to: setUpBy.email, reason: "set-up" as const }] : []),
    ...[...teammates.map(({ email }) => email), ...addresses].map((to) => ({
      to,
      reason: "chosen" as const,
    })),
  ];
  const all = named.length > 0 ? named : await companyAdmins(db);
  const recipients = all.filter(({ to }, index) => all.findIndex((one) => one.to === to) === index);
  return { scheduled, starter, recipients };
}

async function companyAdmins(db: Kysely<Tables>): Promise<Recipient[]> {
  const rows = await db
    .selectFrom("teammates")
    .select("email")
    .where("role", "=", "company-admin")
    .where("state", "=", "active")
    .orderBy("id")
    .execute();
  return rows.map(({ email }) => ({ to: email, reason: "admin" }));
}

/**
 * The address of an admin; null of one who was deleted or is no admin any more, and of the
 * schedule.
 */
export async function adminAddress(db: Kysely<Tables>, id: number | null): Promise<string | null> {
  if (id === null) return null;
  const row = await db
    .selectFrom("teammates")
    .select("email")
    .where("id", "=", id)
    .where("role", "<>", "teammate")
    .executeTakeFirst();
  return row?.email ?? null;
}
