// Creates, edits and deletes accounts by hand, by API or from CSV; runs write by `apply-changes.ts`
// instead. Each write increments `store_revision`, so that a run notices concurrent edits, and is
// recorded with its author (`edits.ts`).
import { sql, type Kysely, type RawBuilder } from "kysely";
import { inTransaction } from "../db/transaction.ts";
import type { Database } from "../db/pool.ts";
import type { Tables } from "../db/tables.ts";
import { AccountError } from "./account-error.ts";
import { setDomains } from "./domains/account-domains.ts";
import { lockAccountState, recordEdit, type AccountState, type Editor } from "./edits.ts";
import { nameKey } from "./name-key.ts";
import type { Origin, StoredFields } from "./tables.ts";

export type NewAccount = {
  readonly name: string;
  readonly description?: string | null;
  /** Registrable domains, as `parseDomains` returns them. */
  readonly domains?: readonly string[];
  /** By custom field id. */
  readonly fields?: StoredFields;
  readonly externalId?: string | null;
  readonly origin: Exclude<Origin, "dynamics">;
};

export type AccountPatch = {
  readonly name?: string;
  readonly description?: string | null;
  readonly domains?: readonly string[];
  /** By custom field id. Null clears a field; a field without a key keeps its value. */
  readonly fields?: Record<string, string | number | boolean | null>;
};

/**
 * Increments the revision. Its row lock makes an edit wait for the chunk that a run is applying.
 */
export async function bumpRevision(trx: Kysely<Tables>): Promise<void> {
  await sql`update store_revision set revision = revision + 1`.execute(trx);
}

function validateName(name: string): string {
  if (nameKey(name) === "") throw new AccountError("An account needs a name that is not blank.", "name");
  return name;
}

async function setDomainsOrThrow(
  trx: Kysely<Tables>,
  accountId: number,
  domains: readonly string[],
): Promise<void> {
  const taken = await setDomains(trx, accountId, domains);
  if (taken.length > 0) {
    throw new AccountError(
      `Another account has the domain ${taken.join(", ")} already. Remove it there first.`,
      "domains",
    );
  }
}

async function lockStateOrThrow(trx: Kysely<Tables>, id: number): Promise<AccountState> {
  const state = await lockAccountState(trx, id);
  if (!state)
    throw new AccountError(
      `There is no account ${id}. It may have been deleted meanwhile; look for it in the list.`,
    );
  return state;
}

/**
 * @returns the new account's id
 * @throws AccountError if the name is blank, or another account has a domain or the externalId
 */
export async function createAccount(
  database: Database,
  account: NewAccount,
  by: Editor,
  now: Date,
): Promise<number> {
  return inTransaction(database, async ({ kysely: trx }) => {
    await bumpRevision(trx);
    const externalId = account.externalId ?? null;
    const created = await trx
      .insertInto("accounts")
      .values({
        name: validateName(account.name),
        name_key: nameKey(account.name),
        description: account.description ?? null,
        external_id: externalId,
        external_origin: externalId === null ? null : account.origin,
        origin: account.origin,
        fields: JSON.stringify(account.fields ?? {}),
        created_at: now,
        updated_at: now,
      })
      .onConflict((conflict) => conflict.column("external_id").doNothing())
      .returning("id")
      .executeTakeFirst();
    if (!created) throw new AccountError(`Another account has the externalId ${externalId} already.`);
    await setDomainsOrThrow(trx, created.id, account.domains ?? []);
    const after = await lockStateOrThrow(trx, created.id);
    await recordEdit(trx, { accountId: created.id, action: "create", before: null, after, by, now });
    return created.id;
  });
}

/**
 * Changes an account and clears its link's fingerprint, so that the next run of any kind compares
 * it again: Dynamics 365 decides about mapped fields.
 * @throws AccountError if there is no such account, the name is blank, or another account has a
 * domain
 */
export async function editAccount(
  database: Database,
  id: number,
  patch: AccountPatch,
  by: Editor,
  now: Date,
): Promise<void> {
  await inTransaction(database, async ({ kysely: trx }) => {
    await bumpRevision(trx);
    const before = await lockStateOrThrow(trx, id);
    const fields = Object.entries({ ...before.fields, ...patch.fields }).filter(
      ([, value]) => value !== null,
    );
    await trx
      .updateTable("accounts")
      .set((set) => ({
        ...(patch.name === undefined
          ? {}
          : { name: validateName(patch.name), name_key: nameKey(patch.name) }),
        ...(patch.description === undefined ? {} : { description: patch.description }),
        fields: JSON.stringify(Object.fromEntries(fields)),
        version: set("version", "+", 1),
        updated_at: now,
      }))
      .where("id", "=", id)
      .execute();
    if (patch.domains) await setDomainsOrThrow(trx, id, patch.domains);
    await trx.updateTable("account_links").set({ fingerprint: null }).where("account_id", "=", id).execute();
    const after = await lockStateOrThrow(trx, id);
    await recordEdit(trx, { accountId: id, action: "edit", before, after, by, now });
  });
}

/**
 * Deletes an account with its domains and its link. `exclude` excludes the linked record from the
 * sync.
 */
export async function deleteAccount(
  database: Database,
  id: number,
  options: { exclude: boolean },
  by: Editor,
  now: Date,
): Promise<void> {
  await inTransaction(database, async ({ kysely: trx }) => {
    await bumpRevision(trx);
    const before = await lockStateOrThrow(trx, id);
    if (options.exclude) {
      await sql`
        insert into excluded_records (organization_id, record_id, name)
        select organization_id, record_id, ${before.name}
        from account_links
        where account_id = ${id}
        on conflict do nothing`.execute(trx);
    }
    await trx.deleteFrom("accounts").where("id", "=", id).execute();
    await recordEdit(trx, { accountId: id, action: "delete", before, after: null, by, now });
  });
}

/** Which accounts are unlinked: one, or all of an organisation whose records left the view. */
export type Unlinked = { readonly accountId: number } | { readonly leftViewOf: string };

/** SQL over `account_links l`: the links of accounts that stopped syncing, of those named. */
export function isUnlinked(which: Unlinked): RawBuilder<unknown> {
  return "accountId" in which
    ? sql`(l.account_id = ${which.accountId} and l.stop_reason is not null)`
    : sql`(l.organization_id = ${which.leftViewOf} and l.stop_reason = 'left-view')`;
}

/**
 * Removes the links of accounts that stopped syncing. The accounts stay with all their values and
 * become open: the next run may link other records to them (rule 3).
 * @returns how many accounts were unlinked; none if they sync, or have no link
 */
export async function unlinkAccounts(
  database: Database,
  which: Unlinked,
  by: Editor,
  now: Date,
): Promise<number> {
  return inTransaction(database, async ({ kysely: trx }) => {
    await bumpRevision(trx);
    const unlinked = await sql`
      with removed as (
        delete from account_links l where ${isUnlinked(which)} returning l.account_id
      ), before as (
        select a.id, a.external_id from accounts a join removed r on r.account_id = a.id
      ), cleared as (
        update accounts a
        set external_id = null, external_origin = null, version = a.version + 1, updated_at = ${now}
        from before b
        where a.id = b.id
      )
      insert into account_edits (account_id, at, editor_kind, teammate_id, editor_name, action, before, after)
      select id, ${now}, ${by.kind}, ${by.kind === "teammate" ? by.id : null}::integer,
        ${by.kind === "teammate" ? by.name : null}::text, 'unlink',
        jsonb_build_object('externalId', external_id), jsonb_build_object('externalId', null)
      from before`.execute(trx);
    return Number(unlinked.numAffectedRows ?? 0);
  });
}
