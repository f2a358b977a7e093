// The real sync in random stories: performs the operations of test/reference on a simulated
// organisation and the real store, and describes its runs in the terms of the reference model.
import { dynamicsSource } from "../../src/sync/source/dynamics.ts";
import { sql } from "kysely";
import { customFields, ensureCustomFields } from "../../src/accounts/custom-fields.ts";
import { exportAccounts } from "../../src/accounts/list/export-all.ts";
import { createAccount, deleteAccount, editAccount, unlinkAccounts } from "../../src/accounts/store.ts";
import type { DataverseClient } from "../../src/dataverse/client.ts";
import type { Database } from "../../src/db/pool.ts";
import { createSettableClock } from "../../src/lib/clock.ts";
import { executeRun, runSync } from "../../src/sync/run.ts";
import type { RunContext } from "../../src/sync/record/run-context.ts";
import { startRun } from "../../src/sync/record/start-run.ts";
import { loadRunIssues, type RunSummary } from "../../src/sync/record/run-summary.ts";
import type { SyncSettings } from "../../src/settings/sync-settings.ts";
import { removeTeammate, saveTeammate } from "../../src/teammates/teammates.ts";
import type { Org } from "../../simulator/org/org.ts";
import type { NewAccount, Operation } from "../reference/operations.ts";
import {
  customColumns,
  mappedFields,
  mappingOf,
  OTHER_ORG,
  OWN_DOMAIN,
  UNMAPPED_FIELD,
  users,
  type Settings,
  type SourceRecord,
} from "../reference/organisation.ts";
import type { ExportedAccount } from "../reference/exported-accounts.ts";
import type { FieldValue } from "../reference/model-store.ts";
import type { RunMode } from "../reference/run-state.ts";

const INDUSTRIES = { Accounting: 1, Consulting: 7 } as const;
/** Five hours behind UTC, as the model's clocks are; POSIX counts the other way. */
const TIME_ZONE = "Etc/GMT+5";
const BY = { kind: "api" } as const;
const TABLES = [
  "accounts",
  "account_domains",
  "account_links",
  "excluded_records",
  "blocked_records",
  "sync_issues",
];

export interface RealRun {
  readonly summary: RunSummary;
  /** Outcome and reason by record id, for all records but unchanged ones. */
  readonly outcomes: ReadonlyMap<string, string>;
  /** All open issues: "record kind field value", sorted; the value only of issues with domains. */
  readonly issues: readonly string[];
}

export class RealSync {
  private readonly database: Database;
  private readonly org: Org;
  private readonly clock = createSettableClock("2024-03-01T08:00:00Z");
  private readonly owners: Record<string, string> = {};
  private readonly viewId: string;
  private fieldIds: ReadonlyMap<string, number> = new Map();

  /** Adds users and a view to the organisation, which must have no accounts. */
  constructor(database: Database, org: Org) {
    this.database = database;
    this.org = org;
    for (const [key, { email, signInName, disabled }] of Object.entries(users)) {
      this.owners[key] = org.addUser({
        fullname: `${key} of Sales`,
        email,
        domainname: signInName ?? email,
        disabled,
      });
    }
    this.owners["sales"] = org.addTeam({ name: "Sales" });
    for (const column of customColumns) org.addColumn(column);
    const condition = '<condition attribute="donotphone" operator="eq" value="1"/>';
    this.viewId = org.addView({
      kind: "personal",
      name: "Not by phone",
      fetchxml: `<fetch><entity name="account"><attribute name="name"/><filter>${condition}</filter></entity></fetch>`,
    });
  }

  /** Empties the store and the organisation, except for fields, users and the view. */
  async reset(): Promise<void> {
    const records = this.org.accounts.rows().map(({ accountid }) => String(accountid));
    for (const id of records) this.org.deleteAccount(id);
    const tables = ["accounts", "teammates", "excluded_records", "blocked_records", "sync_issues", "runs"];
    for (const table of tables) await sql`delete from ${sql.table(table)}`.execute(this.database.kysely);
    await ensureCustomFields(this.database.kysely, [
      ...mappedFields.map(({ to, type }) => ({ name: to, type })),
      { name: UNMAPPED_FIELD, type: "text" },
    ]);
    const fields = await customFields(this.database.kysely);
    this.fieldIds = new Map(fields.map(({ name, id }) => [name, id]));
  }

  async perform(operation: Operation): Promise<void> {
    const { database, org } = this;
    const now = this.clock.now();
    switch (operation.kind) {
      case "create record":
        org.createAccount({
          accountid: operation.record.id,
          createdon: operation.record.createdon,
          ...this.row(operation.record),
        });
        return;
      case "update record":
        org.updateAccount(operation.record.id, this.row(operation.record));
        return;
      case "delete record":
        org.deleteAccount(operation.id);
        return;
      case "add teammate":
        await saveTeammate(database.kysely, { email: operation.email });
        return;
      case "remove teammate":
        await removeTeammate(database.kysely, operation.email);
        return;
      case "create account":
        await createAccount(
          database,
          { ...operation.account, fields: this.byId(operation.account.fields) },
          BY,
          now,
        );
        return;
      case "create account of another organisation":
        await this.createLinkedElsewhere(operation);
        return;
      case "edit account": {
        const { fields, ...patch } = operation.patch;
        const byId = fields === undefined ? {} : { fields: this.byId(fields) };
        await editAccount(database, await this.accountAt(operation.rank), { ...patch, ...byId }, BY, now);
        return;
      }
      case "delete account":
        await deleteAccount(
          database,
          await this.accountAt(operation.rank),
          { exclude: operation.exclude },
          BY,
          now,
        );
        return;
      case "unlink account": {
        const accountId = await this.accountAt(operation.rank);
        if ((await unlinkAccounts(database, { accountId }, BY, now)) !== 1)
          throw new Error(`The account ${accountId} was not unlinked.`);
      }
    }
  }

  private row({ active, master, inView, values }: SourceRecord) {
    const { owner, industrycode, ...columns } = values;
    return {
      ...columns,
      industrycode: industrycode === null ? null : INDUSTRIES[industrycode],
      ownerid: this.owners[owner] ?? null,
      donotphone: inView,
      statecode: active ? 0 : 1,
      statuscode: active ? 1 : 2,
      masterid: master,
      merged: master !== null && !active,
    };
  }

  private byId(fields: NewAccount["fields"]): Record<string, FieldValue> {
    return Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [String(this.fieldIds.get(name)), value]),
    );
  }

  private async accountAt(rank: number): Promise<number> {
    const accounts = this.database.kysely.selectFrom("accounts").select("id").orderBy("id");
    return (await accounts.offset(rank).limit(1).executeTakeFirstOrThrow()).id;
  }

  /** Creates an account as a sync of another organisation would have. */
  private async createLinkedElsewhere(
    operation: Extract<Operation, { kind: "create account of another organisation" }>,
  ): Promise<void> {
    const { name, description, domains, fields } = operation.account;
    const made = { name, description, domains, fields: this.byId(fields), origin: "manual" as const };
    const id = await createAccount(this.database, made, BY, this.clock.now());
    await this.database.kysely
      .updateTable("accounts")
      .set({ external_id: operation.recordId, external_origin: "dynamics", origin: "dynamics" })
      .where("id", "=", id)
      .execute();
    await this.database.kysely
      .insertInto("account_links")
      .values({
        organization_id: OTHER_ORG,
        record_id: operation.recordId,
        account_id: id,
        matched_by: "create",
        stop_reason: operation.stopReason,
      })
      .execute();
  }

  async run(settings: Settings, client: DataverseClient, mode: RunMode): Promise<RealRun> {
    const context = {
      database: this.database,
      source: dynamicsSource(client),
      settings: this.settingsOf(settings),
      clock: this.clock,
      maxAccounts: 1000,
      timeZone: TIME_ZONE,
    };
    const summary =
      typeof mode === "string" ? await runSync(context, mode) : await this.retry(context, mode.retried);
    const issues = typeof mode === "string" ? await this.issuesOf(summary) : await this.openIssues();
    return { summary, outcomes: await this.outcomesOf(summary), issues };
  }

  private async retry(context: RunContext, recordIds: ReadonlySet<string>): Promise<RunSummary> {
    const { organizationId } = await context.source.identity();
    const run = await startRun(context, {
      organizationId,
      origin: context.source.origin,
      mode: "retry",
      issues: { recordIds: [...recordIds] },
      settings: context.settings,
      trigger: "person",
    });
    return executeRun(context, run, async () => context);
  }

  private settingsOf(settings: Settings): SyncSettings {
    const { name, domains, description, fields } = mappingOf(settings);
    return {
      selection: settings.selection === "all" ? { kind: "all" } : { kind: "view", view: this.viewId },
      mapping: {
        name,
        domains: domains ?? [],
        ...(description === null ? {} : { description }),
        fields: fields.map(({ column, to, type }) => ({ column, field: to, type })),
      },
      options: {
        allowDuplicateNames: settings.allowDuplicateNames,
        onDomainTaken: settings.onDomainTaken,
      },
      ownDomains: [OWN_DOMAIN],
      commonDomains: { add: [], remove: [] },
    };
  }

  private async outcomesOf({ id }: RunSummary): Promise<Map<string, string>> {
    const { rows } = await sql<{ record: string; outcome: string }>`
      select record_id as record,
        case action
          when 'create' then 'created'
          when 'link' then concat_ws(' ', 'linked', rule, previous_record_id, previous_reason)
          when 'stop' then 'stopped ' || rule
          when 'merge' then concat_ws(' ', 'merged', rule, winner_id)
          else 'updated'
        end as outcome
      from account_changes where run_id = ${id}
      union all
      select record_id, 'skipped ' || kind from blocked_records where kind <> 'domain-taken'`.execute(
      this.database.kysely,
    );
    return new Map(rows.map(({ record, outcome }) => [record, outcome]));
  }

  private async issuesOf({ id }: RunSummary): Promise<string[]> {
    const issues = await loadRunIssues(this.database.kysely, id);
    return issues.map((issue) => issueText(issue.recordId ?? "", issue)).toSorted();
  }

  /** A retry has only the issues of its records; these are those of all records. */
  private async openIssues(): Promise<string[]> {
    const issues = this.database.kysely
      .selectFrom("sync_issues")
      .select(["record_id", "kind", "field", "value"])
      .where("closed_run", "is", null);
    return (await issues.execute()).map((issue) => issueText(issue.record_id ?? "", issue)).toSorted();
  }

  async accounts(): Promise<ExportedAccount[]> {
    const exported: ExportedAccount[] = [];
    await exportAccounts(
      this.database,
      (batch) => {
        for (const one of batch) exported.push({ ...one, domains: [...one.domains] });
      },
      TIME_ZONE,
    );
    return exported;
  }

  /**
   * Returns each account, oldest first, as name, externalId, why its link stopped, and the rank of the
   * account that it was merged into.
   */
  async byAge(): Promise<string[]> {
    const { rows } = await sql<{ text: string }>`
      with ranked as (select id, row_number() over (order by id) - 1 as rank from accounts)
      select concat_ws(' ', a.name, a.external_id, l.stop_reason, target.rank) as text
      from accounts a
      left join account_links l on l.account_id = a.id
      left join ranked target on target.id = l.merged_into
      order by a.id`.execute(this.database.kysely);
    return rows.map(({ text }) => text);
  }
}

/**
 * Returns a text for each table that changes with every write to it, even of the values that it
 * had.
 */
export async function storeFingerprints({ kysely }: Pick<Database, "kysely">): Promise<string[]> {
  const fingerprints: string[] = [];
  for (const table of TABLES) {
    const { rows } = await sql<{ fingerprint: string }>`
      select concat_ws(' ', ${table}::text, count(*),
        md5(string_agg(t.xmin::text || t::text, ' ' order by t::text))) as fingerprint
      from ${sql.table(table)} t`.execute(kysely);
    fingerprints.push(rows[0]?.fingerprint ?? "");
  }
  return fingerprints;
}

/** Returns an issue as text, which is the same for the model and the real sync. */
export function issueText(
  recordId: string,
  issue: { kind: string; field?: string | null | undefined; value?: string | null | undefined },
): string {
  const value = issue.kind.startsWith("domain-") ? (issue.value ?? "") : "";
  return [recordId, issue.kind, issue.field ?? "", value].join(" ").trim();
}
