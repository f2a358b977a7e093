// Domains over which many records are blocked: probably many share them, so the advice offers to
// make them common ones, with the exact effect and what it costs.
import { sql } from "kysely";
import type { Origin } from "../../accounts/tables.ts";
import type { Database } from "../../db/pool.ts";
import { commonDomainEffect } from "../plan/common-domain-effect.ts";
import { kindsOfConflict, type IssueKind } from "../rules/issue-kinds.ts";
import { settingsOfRun } from "../rules/settings.ts";
import type { RunTrigger } from "../tables.ts";
import { issuesQuery, type IssueSource } from "./issue-pages.ts";

/** From so many on, it is rather the domain that is wrong than the records. */
const MANY_RECORDS = 10;
/** Deciding once more takes as long as matching did, so only the worst are counted. */
const MAX_DOMAINS = 3;

export type BlockingDomain = {
  readonly domain: string;
  /** The kind of most of its issues. */
  readonly kind: IssueKind;
  readonly records: number;
  /** How many more accounts would be synced if the domain were a common one, in a sentence. */
  readonly effect: string;
  /** What else would happen, in a sentence. */
  readonly consequence: string;
};

export type BlockingDomains = {
  readonly domains: readonly BlockingDomain[];
  /** Who started the run that they come from: the command line takes its domain lists from a file. */
  readonly trigger: RunTrigger | undefined;
};

/** @returns the worst domains first, of a plan or of the open issues; none of an older run */
export async function blockingDomains(database: Database, source: IssueSource): Promise<BlockingDomains> {
  const run = await decidingRun(database, source);
  const isCurrent = source.run === undefined || source.run.id === run?.id;
  if (run === undefined || !isCurrent) return { domains: [], trigger: undefined };
  const { settings } = settingsOfRun(run.id, run.settings);
  const planId = run.status === "planned" ? run.id : undefined;
  const drafts = { organizationId: source.organizationId, origin: run.origin, planId, settings };
  const domains: BlockingDomain[] = [];
  for (const found of await countBlocked(database, source)) {
    const { synced, stillSkipped } = await commonDomainEffect(database, drafts, found.domain);
    domains.push({
      ...found,
      effect: effectSentence(found.domain, { synced, stillSkipped, records: found.records }),
      consequence: consequenceSentence(found.domain, await holderOf(database, source, found.domain)),
    });
  }
  return { domains, trigger: run.trigger };
}

function effectSentence(
  domain: string,
  { synced, stillSkipped, records }: { synced: number; stillSkipped: number; records: number },
): string {
  if (synced <= 0)
    return `No more accounts would be synced, but ${number(records)} would no longer have an issue over ${domain}.`;
  const still = stillSkipped > 0 ? `; ${number(stillSkipped)} would still be skipped` : "";
  return `${number(synced)} more account${synced === 1 ? "" : "s"} would be synced, without the domain ${domain}${still}.`;
}

function number(value: number): string {
  return value.toLocaleString("en");
}

type DecidingRun = { id: number; status: string; origin: Origin; settings: unknown; trigger: RunTrigger };

/** The stored plan, or the last run that was done, which decided the open issues. */
async function decidingRun(
  database: Database,
  { organizationId, run }: IssueSource,
): Promise<DecidingRun | undefined> {
  const isIt =
    run?.status === "planned"
      ? sql`id = ${run.id} and status = 'planned'`
      : sql`status = 'done' and mode <> 'retry'`;
  const { rows } = await sql<DecidingRun>`
    select id, status, origin, settings, trigger
    from runs
    where organization_id = ${organizationId} and ${isIt}
    order by id desc
    limit 1`.execute(database.kysely);
  return rows[0];
}

type CountedDomain = Pick<BlockingDomain, "domain" | "kind" | "records">;

async function countBlocked(database: Database, source: IssueSource): Promise<CountedDomain[]> {
  const { rows } = await sql<CountedDomain>`
    select value as domain, mode() within group (order by kind) as kind,
      count(distinct record_id)::int as records
    from ${issuesQuery(source)} i
    where kind = any(${[...kindsOfConflict("domain")]}::text[]) and value is not null
    group by value
    having count(distinct record_id) >= ${MANY_RECORDS}
    order by records desc, value
    limit ${MAX_DOMAINS}`.execute(database.kysely);
  return rows;
}

type Holder = { readonly name: string; readonly isSynced: boolean };

/** The account that has a domain, or gets it by the plan. */
async function holderOf(
  database: Database,
  { organizationId, run }: IssueSource,
  domain: string,
): Promise<Holder | undefined> {
  const { rows } = await sql<Holder>`
    select a.name, exists (
        select from account_links l
        where l.account_id = a.id and l.organization_id = ${organizationId} and l.stop_reason is null) as "isSynced"
    from account_domains d join accounts a on a.id = d.account_id
    where d.domain = ${domain}
    union all
    select name, true
    from account_changes
    where run_id = ${run?.status === "planned" ? run.id : null} and outcome is null
      and domains && ${[domain]}::text[]
    limit 1`.execute(database.kysely);
  return rows[0];
}

/** Only synced accounts are drafted again, so that they lose a domain that has become common. */
function consequenceSentence(domain: string, holder: Holder | undefined): string {
  const links = `no contact or conversation would be linked to an account by ${domain}`;
  if (holder === undefined) return `Then ${links}.`;
  return holder.isSynced
    ? `“${holder.name}” would lose it, and ${links}.`
    : `“${holder.name}”, which is not synced, would keep it until somebody removes it there.`;
}
