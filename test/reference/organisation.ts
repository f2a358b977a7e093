// The organisation of all random stories: its users and records, what a run may be set to, and how
// its columns are mapped.
import type { Mapping, RawRecord, RawValue } from "./draft.ts";

export const ORG = "11111111-2222-4333-8444-555555555555";
export const OTHER_ORG = "99999999-8888-4777-8666-555555555555";
export const OWN_DOMAIN = "sluice-makers.com";

export interface User {
  readonly email: string;
  readonly disabled: boolean;
}

/** Users of the organisation by the key that records name as their owner; "sales" is a team. */
export const users: Readonly<Record<string, User>> = {
  ann: { email: "Ann@Sluice-Makers.com", disabled: false },
  bob: { email: "bob@sluice-makers.com", disabled: false },
  eve: { email: "eve@sluice-makers.com", disabled: true },
};

/** The values of a record under Dataverse's names of columns. */
export interface RecordValues {
  readonly name: string | null;
  readonly websiteurl: string | null;
  readonly emailaddress1: string | null;
  readonly description: string | null;
  /** The label of the choice. */
  readonly industrycode: "Accounting" | "Consulting" | null;
  readonly numberofemployees: number | null;
  readonly revenue: number | null;
  readonly donotemail: boolean;
  readonly lastusedincampaign: string | null;
  /** A key of `users`, or "sales". */
  readonly owner: string;
}

export interface SourceRecord {
  readonly id: string;
  readonly createdon: string;
  readonly active: boolean;
  readonly inView: boolean;
  readonly values: RecordValues;
}

export interface Settings {
  readonly selection: "all" | "view";
  readonly allowDuplicateNames: boolean;
  readonly onDomainTaken: "skip" | "without-domain";
  readonly domainsMapped: boolean;
  readonly othersMapped: boolean;
}

export const mappedFields = [
  { column: "industrycode", to: "Industry", type: "text" },
  { column: "numberofemployees", to: "Employees", type: "number", precision: 0 },
  { column: "revenue", to: "Revenue", type: "number", precision: 2 },
  { column: "donotemail", to: "No e-mail", type: "boolean" },
  { column: "lastusedincampaign", to: "Last campaign", type: "datetime" },
  { column: "ownerid", to: "Owner", type: "teammate" },
] as const;

/** A field that no column feeds. */
export const UNMAPPED_FIELD = "Notes";

export function mappingOf(settings: Settings): Mapping {
  return {
    name: "name",
    domains: settings.domainsMapped ? ["websiteurl", "emailaddress1"] : null,
    description: settings.othersMapped ? "description" : null,
    fields: settings.othersMapped ? mappedFields : [],
  };
}

export function rawRecord({ id, createdon, values }: SourceRecord): RawRecord {
  const user = users[values.owner];
  const owner: RawValue = user ? { user } : { team: values.owner };
  return {
    id,
    createdon,
    values: {
      ...values,
      industrycode: values.industrycode === null ? null : { labels: [values.industrycode] },
      donotemail: { yes: values.donotemail, label: values.donotemail ? "Do Not Allow" : "Allow" },
      ownerid: owner,
    },
  };
}
