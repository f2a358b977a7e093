// Makes a draft of a record by rules 6 to 9, naively and one value at a time. The record is free of
// the protocol (labels instead of the numbers of choices, users instead of their ids), so this file
// only says what a value means.
import { domainsIn, type DomainRules } from "./domains.ts";
import type { FieldValue } from "./model-store.ts";

export type RawValue =
  | string
  | number
  | null
  | { readonly labels: readonly string[] }
  | { readonly yes: boolean; readonly label: string }
  | {
      readonly user: { readonly email: string | null; readonly disabled: boolean };
      readonly displayName?: string;
    }
  | { readonly team: string; readonly displayName?: string };

export interface RawRecord {
  readonly id: string;
  readonly createdon: string;
  /** By column; a missing column is empty. */
  readonly values: Readonly<Record<string, RawValue>>;
}

export interface FieldMapping {
  readonly column: string;
  readonly to: string;
  readonly type: "text" | "number" | "boolean" | "datetime" | "teammate";
  /** Of number columns: digits after the point. */
  readonly precision?: number;
}

export interface Mapping {
  readonly name: string;
  /** Null: domains are not mapped. */
  readonly domains: readonly string[] | null;
  /** Null: the description is not mapped. */
  readonly description: string | null;
  readonly fields: readonly FieldMapping[];
}

export type IssueKind =
  | "name-empty"
  | "excluded"
  | "linked-to-other-source"
  | "domain-linked-elsewhere"
  | "domain-taken"
  | "name-in-use"
  | "domain-invalid"
  | "domain-common"
  | "domain-own"
  | "teammate-not-found"
  | "number-rounded"
  | "value-invalid";

export interface Issue {
  readonly kind: IssueKind;
  /** The domain, the text in which no domain was found, or the name of a person. */
  readonly value?: string;
  /** The custom field concerned. */
  readonly field?: string;
}

export interface Draft {
  /** Lower case. */
  readonly id: string;
  readonly createdon: string;
  readonly name: string;
  /** In mapping order, each once. Null: domains are not mapped. */
  readonly domains: readonly string[] | null;
  /** Undefined: not mapped. */
  readonly description: string | null | undefined;
  /** Null: empty, clears. */
  readonly fields: Readonly<Record<string, FieldValue | null>>;
  readonly issues: readonly Issue[];
}

export interface DraftContext {
  readonly mapping: Mapping;
  readonly domainRules: DomainRules;
  /** E-mail addresses of the teammates, in lower case. */
  readonly teammates: ReadonlySet<string>;
}

/** A number without an exponent. */
function plainDecimal(value: number): string {
  const text = String(value);
  const [digits = "", exponent] = text.split("e");
  if (exponent === undefined) return text;
  const [whole = "", fraction = ""] = digits.replace("-", "").split(".");
  const places = Number(exponent);
  const sign = value < 0 ? "-" : "";
  if (places < 0) return `${sign}0.${"0".repeat(-places - 1)}${whole}${fraction}`;
  return sign + whole + fraction.padEnd(places, "0");
}

function asText(value: RawValue): string | null {
  if (value === null) return null;
  if (typeof value === "string") return value === "" ? null : value;
  if (typeof value === "number") return plainDecimal(value);
  if ("labels" in value) return value.labels.length === 0 ? null : value.labels.join("; ");
  if ("yes" in value) return value.label;
  throw new Error("the compatibility table has no text for a person");
}

type FieldResult = { readonly value: FieldValue | null; readonly issue?: IssueKind };

function asNumber(value: RawValue, precision: number): FieldResult {
  if (value === null) return { value: null };
  if (typeof value !== "number" || !Number.isFinite(value)) return { value: null, issue: "value-invalid" };
  const rounded = Math.abs(value) * 10 ** precision > 2 ** 53;
  return rounded ? { value, issue: "number-rounded" } : { value };
}

/** An instant stays as sent; a date alone is midnight UTC. */
function asInstant(value: RawValue): FieldResult {
  if (value === null) return { value: null };
  if (typeof value !== "string" || Number.isNaN(Date.parse(value)))
    return { value: null, issue: "value-invalid" };
  return { value: value.includes("T") ? value : `${value}T00:00:00Z` };
}

function asTeammate(value: RawValue, teammates: ReadonlySet<string>): FieldResult {
  if (value === null) return { value: null };
  const email =
    typeof value === "object" && "user" in value && !value.user.disabled ? value.user.email : null;
  const found = email !== null && teammates.has(email.toLowerCase());
  return found ? { value: email.toLowerCase() } : { value: null, issue: "teammate-not-found" };
}

function asBoolean(value: RawValue): FieldResult {
  if (value === null) return { value: null };
  return typeof value === "object" && "yes" in value
    ? { value: value.yes }
    : { value: null, issue: "value-invalid" };
}

function readField(value: RawValue, field: FieldMapping, teammates: ReadonlySet<string>): FieldResult {
  if (field.type === "number") return asNumber(value, field.precision ?? 0);
  if (field.type === "boolean") return asBoolean(value);
  if (field.type === "datetime") return asInstant(value);
  if (field.type === "teammate") return asTeammate(value, teammates);
  return { value: asText(value) };
}

function displayNameOf(value: RawValue | undefined): { value?: string } {
  const name =
    typeof value === "object" && value !== null && "displayName" in value ? value.displayName : undefined;
  return name === undefined ? {} : { value: name };
}

function readDomains(record: RawRecord, columns: readonly string[], rules: DomainRules) {
  const domains: string[] = [];
  const issues: Issue[] = [];
  for (const column of columns) {
    const text = record.values[column] ?? null;
    if (typeof text !== "string") continue;
    for (const read of domainsIn(text, rules)) {
      if ("domain" in read) {
        if (!domains.includes(read.domain)) domains.push(read.domain);
      } else if (!issues.some((issue) => issue.kind === read.refused && issue.value === read.value)) {
        issues.push({ kind: read.refused, value: read.value });
      }
    }
  }
  return { domains, issues };
}

export function draftOf(record: RawRecord, context: DraftContext): Draft {
  const { mapping } = context;
  const name = record.values[mapping.name] ?? null;
  const issues: Issue[] = [];
  let domains: string[] | null = null;
  if (mapping.domains !== null) {
    const read = readDomains(record, mapping.domains, context.domainRules);
    domains = read.domains;
    issues.push(...read.issues);
  }
  const fields: Record<string, FieldValue | null> = {};
  for (const field of mapping.fields) {
    const read = readField(record.values[field.column] ?? null, field, context.teammates);
    fields[field.to] = read.value;
    if (read.issue)
      issues.push({ kind: read.issue, field: field.to, ...displayNameOf(record.values[field.column]) });
  }
  return {
    id: record.id.toLowerCase(),
    createdon: record.createdon,
    name: typeof name === "string" ? name : "",
    domains,
    description:
      mapping.description === null ? undefined : asText(record.values[mapping.description] ?? null),
    fields,
    issues,
  };
}
