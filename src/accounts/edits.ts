// Edits by people and by the API, recorded in the transaction that makes them: who, when, and each
// field's old and new value. A run's changes are in `account_changes` instead; `history.ts` shows
// both.
import type { Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import type { ChangedAccountValues, EditAction } from "./tables.ts";

/** Who made an edit. `name` is what the history shows, even after the teammate was removed. */
export type Editor =
  | { readonly kind: "teammate"; readonly id: number; readonly name: string }
  | { readonly kind: "api" | "command-line" };

/** An account's values as the history compares them. */
export type AccountState = Required<ChangedAccountValues>;

export type Edit = {
  readonly accountId: number;
  readonly action: EditAction;
  /** `before` is null for a create, `after` for a delete. */
  readonly before: AccountState | null;
  readonly after: AccountState | null;
  readonly by: Editor;
  readonly now: Date;
};

/**
 * Locks the account until the transaction ends.
 * @returns undefined if there is no such account
 */
export async function lockAccountState(
  trx: Kysely<Tables>,
  accountId: number,
): Promise<AccountState | undefined> {
  const account = await trx
    .selectFrom("accounts")
    .select(["name", "description", "fields", "external_id as externalId"])
    .where("id", "=", accountId)
    .forUpdate()
    .executeTakeFirst();
  if (!account) return undefined;
  const domains = await trx
    .selectFrom("account_domains")
    .select("domain")
    .where("account_id", "=", accountId)
    .orderBy("domain")
    .execute();
  return { ...account, domains: domains.map(({ domain }) => domain) };
}

/** Records what differs; an edit that changes nothing is not recorded. */
export async function recordEdit(trx: Kysely<Tables>, edit: Edit): Promise<void> {
  const { accountId, action, by, now } = edit;
  const [before, after] = differences(edit.before ?? EMPTY, edit.after ?? EMPTY);
  if (action === "edit" && Object.keys(after).length === 0) return;
  await trx
    .insertInto("account_edits")
    .values({
      account_id: accountId,
      at: now,
      editor_kind: by.kind,
      teammate_id: by.kind === "teammate" ? by.id : null,
      editor_name: by.kind === "teammate" ? by.name : null,
      action,
      before: JSON.stringify(before),
      after: JSON.stringify(after),
    })
    .execute();
}

const EMPTY: AccountState = { name: "", description: null, domains: [], fields: {}, externalId: null };

/** Reduces both states to the keys in which they differ. An empty field is null. */
function differences(
  before: AccountState,
  after: AccountState,
): [ChangedAccountValues, ChangedAccountValues] {
  const diff: [ChangedAccountValues, ChangedAccountValues] = [{}, {}];
  for (const [side, state] of [before, after].entries()) {
    const changedValues = diff[side]!;
    if (before.name !== after.name) changedValues.name = state.name;
    if (before.description !== after.description) changedValues.description = state.description;
    if (before.externalId !== after.externalId) changedValues.externalId = state.externalId;
    if (before.domains.join() !== after.domains.join()) changedValues.domains = state.domains;
    const changed = [...new Set([...Object.keys(before.fields), ...Object.keys(after.fields)])].filter(
      (id) => (before.fields[id] ?? null) !== (after.fields[id] ?? null),
    );
    if (changed.length > 0)
      changedValues.fields = Object.fromEntries(changed.map((id) => [id, state.fields[id] ?? null]));
  }
  return diff;
}
