// Which account may be unlinked: one that stopped syncing. `store.ts` unlinks it.
import type { Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import { AccountError } from "./account-error.ts";
import type { StopReason } from "./tables.ts";

export type UnlinkableAccount = { readonly name: string; readonly stopReason: StopReason };

/** @throws AccountError if there is no such account, or it has no link or still syncs */
export async function requireUnlinkable(db: Kysely<Tables>, id: number): Promise<UnlinkableAccount> {
  const account = await db
    .selectFrom("accounts as a")
    .leftJoin("account_links as l", "l.account_id", "a.id")
    .select(["a.name", "l.record_id", "l.stop_reason"])
    .where("a.id", "=", id)
    .executeTakeFirst();
  if (!account)
    throw new AccountError(`There is no account ${id}. It may have been deleted meanwhile.`, "id");
  const { name, record_id: recordId, stop_reason: stopReason } = account;
  if (recordId === null)
    throw new AccountError(
      `“${name}” is linked to no record of Dynamics 365, so there is nothing to unlink.`,
      "id",
    );
  if (stopReason === null)
    throw new AccountError(
      `“${name}” is linked to a record that has not stopped syncing. Take the record out of the selection first, or deactivate it in Dynamics 365; the next sync then stops the account.`,
      "id",
    );
  return { name, stopReason };
}
