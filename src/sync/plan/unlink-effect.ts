// What unlinking accounts would do: the matcher decides the blocked records as the accounts are now
// and as they would be, and the difference is counted. Nothing is stored.
import { sql } from "kysely";
import type { Database } from "../../db/pool.ts";
import { inTransaction, type OpenTransaction } from "../../db/transaction.ts";
import { isUnlinked, type Unlinked } from "../../accounts/store.ts";
import type { Origin } from "../../accounts/tables.ts";
import { settingsOfRun } from "../rules/settings.ts";
import { matchDrafts, matchOptions, type Match, type MatchOptions } from "./match.ts";
import { gatherPending, loadConflicts, type MatchScope } from "./match-store.ts";
import type { ExistingAccount } from "./projected-store.ts";
import { addUndecidedRecords, NO_RUN } from "./undecided-records.ts";

/** The records are those that the last run read. */
export type UnlinkEffect = {
  /** Accounts that would be unlinked. */
  readonly accounts: number;
  /** Skipped records that the next sync would then link to an account. */
  readonly linked: number;
  /** Skipped records that the next sync would then create accounts for. */
  readonly created: number;
  /** Records that would still be skipped because of the name or a domain of another account. */
  readonly skipped: number;
};

export async function unlinkEffect(
  database: Database,
  organizationId: string,
  which: Unlinked,
): Promise<UnlinkEffect> {
  return inTransaction(database, async (open) => {
    const unlinked = await unlinkedNames(open, which);
    const accounts = unlinked.size;
    const run = await lastRunOf(open, organizationId);
    if (accounts === 0 || run === undefined) return { accounts, linked: 0, created: 0, skipped: 0 };
    const { origin, options } = run;
    const scope: MatchScope = { runId: NO_RUN, organizationId, origin, attempt: 1, trustsLinks: true };
    await gatherPending(open, scope);
    await addUndecidedRecords(open, scope);
    await sql`delete from pending_drafts where skip_reason is not null`.execute(open.kysely);
    return { accounts, ...(await compareMatches(open, scope, { options, unlinked })) };
  });
}

/** @returns the name keys of the accounts that would be unlinked, by their ids */
async function unlinkedNames({ kysely }: OpenTransaction, which: Unlinked): Promise<Map<number, string>> {
  const { rows } = await sql<{ id: number; nameKey: string }>`
    select a.id, a.name_key as "nameKey"
    from account_links l
    join accounts a on a.id = l.account_id
    where ${isUnlinked(which)}`.execute(kysely);
  return new Map(rows.map(({ id, nameKey }) => [id, nameKey]));
}

/** The blocked records were drafted and decided under the settings of this run. */
async function lastRunOf(
  { kysely }: OpenTransaction,
  organizationId: string,
): Promise<{ origin: Origin; options: MatchOptions } | undefined> {
  const run = await kysely
    .selectFrom("runs")
    .select(["id", "origin", "settings"])
    .where("organization_id", "=", organizationId)
    .where("status", "=", "done")
    .where("mode", "<>", "retry")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  if (run === undefined) return undefined;
  const { settings } = settingsOfRun(run.id, run.settings);
  return { origin: run.origin, options: matchOptions(settings) };
}

async function compareMatches(
  open: OpenTransaction,
  scope: MatchScope,
  { options, unlinked }: { options: MatchOptions; unlinked: ReadonlyMap<number, string> },
): Promise<Omit<UnlinkEffect, "accounts">> {
  const { drafts, accounts } = await loadConflicts(open, scope, options);
  const now = matchDrafts(drafts, accounts, options);
  const then = matchDrafts(
    drafts,
    accounts.map((account) => withoutLink(account, unlinked.get(account.id))),
    options,
  );
  const effect = { linked: 0, created: 0, skipped: 0 };
  for (const [index, match] of then.entries()) {
    if (isBlocked(match)) effect.skipped++;
    else if (isBlocked(now[index]!)) effect[match.kind === "create" ? "created" : "linked"]++;
  }
  return effect;
}

/** @param nameKey of an account that would be unlinked */
function withoutLink(account: ExistingAccount, nameKey: string | undefined): ExistingAccount {
  return nameKey === undefined ? account : { ...account, nameKey, isOpen: true };
}

function isBlocked(match: Match): boolean {
  return match.kind === "skip" && match.reason !== "linked-to-other-source";
}
