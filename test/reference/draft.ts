// Makes a draft of a record by rules 6 to 9, naively and one value at a time. The record is free of
// the protocol (labels instead of the numbers of choices, users instead of their ids), so this file
// only says what a value means.
import { domainsIn, type DomainRules } from "./domains.ts";
import { isBlank, type FieldValue } from "./model-store.ts";

export type RawValue =
  | string
  | number
  | null
  /** A number with all the digits that JSON has of it. */
  | { readonly literal: string }
  | DateValue
  | { readonly labels: readonly string[] }
  | { readonly yes: boolean; readonly label: string }
  | {
      readonly user: {
        readonly email: string | null;
        readonly signInName?: string | null;
        readonly disabled: boolean;
      };
      readonly displayName?: string;
    }
  | { readonly team: string; readonly displayName?: string };

export interface DateValue {
  /** As sent: ISO 8601, whose "Z" means nothing for a wall clock. */
  readonly date: string;
  readonly behavior: "instant" | "wall clock" | "date";
  /** Whether its column shows the date alone. */
  readonly shownAsDate: boolean;
}

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

/** All digits of a number, without an exponent; null if there are over 400. */
function plainDecimal(literal: string): string | null {
  const [mantissa = "", exponent = "0"] = literal.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  let units = BigInt(whole + fraction);
  let decimals = fraction.length - Number(exponent);
  if (units === 0n) return "0";
  if (Math.abs(decimals) > 1_000) return null;
  for (; decimals < 0; decimals += 1) units *= 10n;
  for (; decimals > 0 && units % 10n === 0n; decimals -= 1) units /= 10n;
  const digits = units.toString().padStart(decimals + 1, "0");
  if (digits.length > 400) return null;
  const point = digits.length - decimals;
  const sign = literal.startsWith("-") ? "-" : "";
  return sign + digits.slice(0, point) + (decimals > 0 ? `.${digits.slice(point)}` : "");
}

type FieldResult = { readonly value: FieldValue | null; readonly issue?: IssueKind };

const INVALID: FieldResult = { value: null, issue: "value-invalid" };

function literalOf(value: RawValue): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "object" && value !== null && "literal" in value ? value.literal : null;
}

function asText(value: RawValue): FieldResult {
  if (value === null) return { value: null };
  if (typeof value === "string") return { value: isBlank(value) ? null : value };
  const literal = literalOf(value);
  if (typeof value === "number" || literal !== null) {
    const plain = plainDecimal(literal ?? "");
    return plain === null ? INVALID : { value: plain };
  }
  if ("date" in value) return { value: dateText(value) ?? value.date };
  if ("labels" in value) return { value: value.labels.length === 0 ? null : value.labels.join("; ") };
  if ("yes" in value) return { value: value.label };
  throw new Error("the compatibility table has no text for a person");
}

function asNumber(value: RawValue): FieldResult {
  if (value === null) return { value: null };
  const literal = literalOf(value);
  const double = Number(literal ?? "none");
  if (literal === null || !Number.isFinite(double)) return INVALID;
  const stored = double === 0 ? 0 : double;
  const isRounded = plainDecimal(String(double)) !== plainDecimal(literal);
  return isRounded ? { value: stored, issue: "number-rounded" } : { value: stored };
}

/** The hours by which the clocks of the workspace are behind UTC, all year and in every year. */
const HOURS_BEHIND = 5;

/** The text that an export has of a date: shortened where its column shows the date alone. */
function dateText({ date, behavior, shownAsDate }: DateValue): string | null {
  const match = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d:\d\d)?Z?$/.exec(date);
  if (!match || Number.isNaN(Date.parse(date))) return null;
  const [, day = "", time = "T00:00:00"] = match;
  if (behavior === "date") return day;
  if (behavior === "wall clock") return shownAsDate ? day : day + time;
  if (!shownAsDate) return `${day}${time}Z`;
  const local = new Date(Date.parse(date) - HOURS_BEHIND * 3_600_000).toISOString().slice(0, 10);
  return local.startsWith("0000") ? day : local;
}

function asDate(value: RawValue): FieldResult {
  if (value === null) return { value: null };
  const text = typeof value === "object" && "date" in value ? dateText(value) : null;
  return text === null ? INVALID : { value: text };
}

function asTeammate(value: RawValue, teammates: ReadonlySet<string>): FieldResult {
  if (value === null) return { value: null };
  const user = typeof value === "object" && "user" in value && !value.user.disabled ? value.user : null;
  const email = user?.email?.toLowerCase() ?? "";
  if (teammates.has(email)) return { value: email };
  const signInName = user?.signInName?.toLowerCase() ?? "";
  const isAddress = signInName.includes("@") && !signInName.includes("#ext#");
  if (isAddress && teammates.has(signInName)) return { value: signInName };
  return { value: null, issue: "teammate-not-found" };
}

function asBoolean(value: RawValue): FieldResult {
  if (value === null) return { value: null };
  return typeof value === "object" && "yes" in value
    ? { value: value.yes }
    : { value: null, issue: "value-invalid" };
}

function readField(value: RawValue, field: FieldMapping, teammates: ReadonlySet<string>): FieldResult {
  if (field.type === "number") return asNumber(value);
  if (field.type === "boolean") return asBoolean(value);
  if (field.type === "datetime") return asDate(value);
  if (field.type === "teammate") return asTeammate(value, teammates);
  return asText(value);
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

function description(value: RawValue | undefined): string | null {
  return typeof value === "string" && !isBlank(value) ? value : null;
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
    description: mapping.description === null ? undefined : description(record.values[mapping.description]),
    fields,
    issues,
  };
}
