// The organisation of all random stories: its users and records, what a run may be set to, and how
// its columns are mapped.
import type { Mapping, RawRecord, RawValue } from "./draft.ts";

export const ORG = "11111111-2222-4333-8444-555555555555";
export const OTHER_ORG = "99999999-8888-4777-8666-555555555555";
export const OWN_DOMAIN = "sluice-makers.com";

export interface User {
  readonly email: string;
  /** Absent: the e-mail address. */
  readonly signInName?: string;
  readonly disabled: boolean;
}

/** Users of the organisation by the key that records name as their owner; "sales" is a team. */
export const users: Readonly<Record<string, User>> = {
  ann: { email: "Ann@Sluice-Makers.com", disabled: false },
  bob: { email: "robert@elsewhere.com", signInName: "Bob@sluice-makers.com", disabled: false },
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
  /** Literals of numbers, with all their digits. */
  readonly new_exact: string | null;
  readonly new_measure: string | null;
  readonly donotemail: boolean;
  /** As sent. */
  readonly lastusedincampaign: string | null;
  readonly lastonholdtime: string | null;
  readonly new_renewal: string | null;
  readonly new_golive: string | null;
  readonly new_founded: string | null;
  /** A key of `users`, or "sales". */
  readonly owner: string;
}

export interface SourceRecord {
  readonly id: string;
  readonly createdon: string;
  readonly active: boolean;
  /** What the record was merged into; it keeps this when it is activated again. */
  readonly master: string | null;
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
  { column: "numberofemployees", to: "Employees", type: "number" },
  { column: "revenue", to: "Revenue", type: "number" },
  { column: "new_exact", to: "Exact", type: "text" },
  { column: "new_exact", to: "Exact as number", type: "number" },
  { column: "new_measure", to: "Measure", type: "text" },
  { column: "new_measure", to: "Measure as number", type: "number" },
  { column: "donotemail", to: "No e-mail", type: "boolean" },
  { column: "lastusedincampaign", to: "Last campaign", type: "datetime" },
  { column: "lastusedincampaign", to: "Last campaign as text", type: "text" },
  { column: "lastonholdtime", to: "On hold", type: "datetime" },
  { column: "new_renewal", to: "Renewal", type: "datetime" },
  { column: "new_golive", to: "Go-live", type: "datetime" },
  { column: "new_golive", to: "Go-live as text", type: "text" },
  { column: "new_founded", to: "Founded", type: "datetime" },
  { column: "ownerid", to: "Owner", type: "teammate" },
] as const;

/** What the organisation has in addition to a new one, as the simulator adds it. */
export const customColumns = [
  { schemaName: "new_Exact", type: "Decimal", label: "Exact", precision: 10 },
  { schemaName: "new_Measure", type: "Double", label: "Measure", precision: 5 },
  { schemaName: "new_Renewal", type: "DateTime", format: "DateOnly", dateBehavior: "DateOnly" },
  { schemaName: "new_GoLive", type: "DateTime", format: "DateAndTime", dateBehavior: "TimeZoneIndependent" },
  { schemaName: "new_Founded", type: "DateTime", format: "DateOnly", dateBehavior: "TimeZoneIndependent" },
] as const;

/** The behaviour of the columns of dates, and whether they show the date alone. */
const dateColumns = {
  lastusedincampaign: ["instant", true],
  lastonholdtime: ["instant", false],
  new_renewal: ["date", true],
  new_golive: ["wall clock", false],
  new_founded: ["wall clock", true],
} as const;

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
  const number = (literal: string | null): RawValue => literal && { literal };
  const date = (column: keyof typeof dateColumns): RawValue => {
    const [behavior, shownAsDate] = dateColumns[column];
    return values[column] && { date: values[column], behavior, shownAsDate };
  };
  return {
    id,
    createdon,
    values: {
      ...values,
      new_exact: number(values.new_exact),
      new_measure: number(values.new_measure),
      lastusedincampaign: date("lastusedincampaign"),
      lastonholdtime: date("lastonholdtime"),
      new_renewal: date("new_renewal"),
      new_golive: date("new_golive"),
      new_founded: date("new_founded"),
      industrycode: values.industrycode === null ? null : { labels: [values.industrycode] },
      donotemail: { yes: values.donotemail, label: values.donotemail ? "Do Not Allow" : "Allow" },
      ownerid: owner,
    },
  };
}
