// Edits by hand and over the API, remembered in the transaction that makes them: who, when, and per field before → after.
// What a run does is remembered as `account_changes`; `history.ts` tells both.
import type { Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import type { ChangedAccountValues, EditAction } from "./tables.ts";

/** Who edits. `name` is what history shows, also after the teammate has left. */
export type Editor =
  | { readonly kind: "teammate"; readonly id: number; readonly name: string }
  | { readonly kind: "api" };

/** An account's values as history compares them. */
export type AccountState = Required<ChangedAccountValues>;

export type Edit = {
  readonly accountId: number;
  readonly action: EditAction;
  /** Null before a create and after a delete. */
  readonly before: AccountState | null;
  readonly after: AccountState | null;
  readonly by: Editor;
  readonly now: Date;
};

/** Locks the account until the transaction ends. Undefined if there is none. */
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

/** Remembers what differs; nothing, if nothing does. */
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

/** Both sides, reduced to the keys in which they differ; an empty field is null. */
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
