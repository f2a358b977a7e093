// One account in full: its values, the Dynamics 365 record that it is linked to, how the two were
// matched, and which of its fields the sync fills.
import { sql, type Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import type { SyncState } from "./list/filters.ts";
import { customFields, type CustomField } from "./custom-fields.ts";
import { existingFieldValues } from "./list/list.ts";
import {
  effectiveMapping,
  syncedColumns,
  type ConnectedSource,
  type RecordUrlBase,
  type SyncedColumns,
} from "./synced-fields.ts";
import type { StopReason, Origin, StoredFields } from "./tables.ts";

export type AccountLink = {
  readonly sync: Exclude<SyncState, "not-synced">;
  readonly recordId: string;
  /** The address of the record in Dynamics 365; null if its organisation is not the connected one. */
  readonly url: string | null;
  readonly matchedBy: "create" | "domain" | "name" | "merged";
  /**
   * The domains or the name that account and record had in common; null if history does not have it.
   */
  readonly matchedValue: string | null;
  readonly stopReason: StopReason | null;
  /** The account that the record was merged into; null unless it stopped for that. */
  readonly mergedInto: { readonly id: number; readonly name: string } | null;
  /**
   * End of the last run that found the record unchanged or updated the account, or that stopped it.
   */
  readonly lastSyncedAt: Date | null;
  readonly lastRun: number | null;
  /** Empty if the account has stopped syncing, and while its organisation is not connected. */
  readonly columns: SyncedColumns;
};

export type AccountDetails = {
  readonly id: number;
  readonly name: string;
  readonly description: string | null;
  readonly domains: readonly string[];
  readonly fields: StoredFields;
  readonly externalId: string | null;
  readonly origin: Origin;
  readonly sync: SyncState;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly link: AccountLink | null;
};

/** @returns undefined if there is no such account */
export async function accountDetails(
  db: Kysely<Tables>,
  id: number,
  source: ConnectedSource | null,
): Promise<AccountDetails | undefined> {
  const account = await db.selectFrom("accounts").selectAll().where("id", "=", id).executeTakeFirst();
  if (!account) return undefined;
  const domains = await db
    .selectFrom("account_domains")
    .select("domain")
    .where("account_id", "=", id)
    .orderBy("domain")
    .execute();
  const allFields = await customFields(db);
  const link = await loadLink(db, id, { source, allFields });
  return {
    id,
    name: account.name,
    description: account.description,
    domains: domains.map(({ domain }) => domain),
    fields: existingFieldValues(account.fields, allFields),
    externalId: account.external_id,
    origin: account.origin,
    sync: link?.sync ?? "not-synced",
    createdAt: account.created_at,
    updatedAt: account.updated_at,
    link,
  };
}

async function loadLink(
  db: Kysely<Tables>,
  accountId: number,
  { source, allFields }: { source: ConnectedSource | null; allFields: readonly CustomField[] },
): Promise<AccountLink | null> {
  const link = await db
    .selectFrom("account_links as l")
    .leftJoin("accounts as winner", "winner.id", "l.merged_into")
    .select(["organization_id", "record_id", "matched_by", "stop_reason"])
    .select(["winner.id as winner_id", "winner.name as winner_name"])
    .where("account_id", "=", accountId)
    .executeTakeFirst();
  if (!link) return null;
  const { organization_id, record_id, matched_by, stop_reason, winner_id, winner_name } = link;
  const connected = source?.organizationId === organization_id ? source : null;
  const mapping = stop_reason === null ? await effectiveMapping(db, connected) : null;
  const run = await lastRun(db, organization_id, stop_reason === null ? null : accountId);
  return {
    sync: stop_reason !== null ? "stopped" : connected ? "synced" : "disconnected",
    recordId: record_id,
    url: connected && recordUrl(connected, record_id),
    matchedBy: matched_by,
    matchedValue: await matchedValue(db, accountId, record_id),
    stopReason: stop_reason,
    mergedInto: winner_id === null || winner_name === null ? null : { id: winner_id, name: winner_name },
    lastSyncedAt: run?.at ?? null,
    lastRun: run?.id ?? null,
    columns: mapping ? syncedColumns(mapping, allFields) : {},
  };
}

/** See Microsoft Learn, "Open forms, views, dialogs, and reports with a URL". */
export function recordUrl({ origin, appId }: RecordUrlBase, recordId: string): string {
  const app = appId === null ? "" : `appid=${appId}&`;
  return `${origin}/main.aspx?${app}etn=account&pagetype=entityrecord&id=${recordId}`;
}

/** Returns the last applied run of an organisation, or the run that stopped the given account. */
async function lastRun(
  db: Kysely<Tables>,
  organizationId: string,
  stoppedAccountId: number | null,
): Promise<{ id: number; at: Date | null } | undefined> {
  const runs = db
    .selectFrom("runs as r")
    .select(["r.id", "r.finished_at as at"])
    .where("r.organization_id", "=", organizationId)
    .where("r.status", "=", "done")
    .orderBy("r.id", "desc")
    .limit(1);
  if (stoppedAccountId === null) return runs.executeTakeFirst();
  const stoppingRuns = db
    .selectFrom("account_changes as c")
    .select("c.run_id")
    .where("c.account_id", "=", stoppedAccountId)
    .where("c.action", "in", ["stop", "merge"])
    .where("c.outcome", "is", null);
  return runs.where("r.id", "in", stoppingRuns).executeTakeFirst();
}

/**
 * Returns what the account and the record had in common when they were linked. The plan has the
 * rule that decided, and the values before and after: for a match by domain, the domains on both
 * sides; for a match by name, the name that the account had.
 */
async function matchedValue(db: Kysely<Tables>, accountId: number, recordId: string): Promise<string | null> {
  const { rows } = await sql<{ rule: string; name: string; before: string[]; after: string[] }>`
    select c.rule, coalesce(c.before ->> 'name', c.name) as name, coalesce(c.domains, '{}') as after,
      coalesce(array(select jsonb_array_elements_text(c.before -> 'domains')), '{}') as before
    from account_changes c
    join runs r on r.id = c.run_id
    where c.account_id = ${accountId} and c.record_id = ${recordId} and c.action = 'link' and c.outcome is null
      and c.seq <= r.checkpoint
    order by c.run_id desc
    limit 1`.execute(db);
  const [linked] = rows;
  if (linked?.rule === "name") return linked.name;
  if (linked?.rule !== "domain") return null;
  const domainsBefore = linked.before.length > 0 ? linked.before : linked.after;
  const sharedDomains = linked.after.filter((domain) => domainsBefore.includes(domain));
  return sharedDomains.length > 0 ? sharedDomains.join(", ") : null;
}
