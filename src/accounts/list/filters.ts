// Builds the SQL conditions of a list over `accounts a`: search, filters and sync state, with each
// value as a parameter. A search finds a substring of the name, a domain, the description or a text
// field; case is ignored, for letters beyond A to Z only in names.
import { sql, type RawBuilder } from "kysely";
import { containsPattern } from "../../db/like-pattern.ts";
import { AccountError } from "../account-error.ts";
import type { CustomField } from "../custom-fields.ts";
import { nameKey } from "../name-key.ts";
import { parseDomains } from "../domains/parse.ts";
import { storableText } from "../storable-text.ts";
import { parseDate, secondsRange } from "../../settings/dates.ts";
import type { FieldType } from "../../settings/field-types.ts";
import { wallClock } from "../../settings/time-zone.ts";
import { secondsOfDateSql } from "./dates.ts";

/** "disconnected" means synced until its organisation was disconnected. */
export type SyncState = "synced" | "stopped" | "disconnected" | "not-synced";

export type Filter = {
  /** "name", "domain", "description", "externalId" or a custom field's id. */
  readonly field: string;
  readonly is: "contains" | "equals" | "empty" | "filled" | "below" | "above";
  readonly value: string;
};

export type AccountQuery = {
  readonly q?: string | undefined;
  readonly sync?: SyncState | undefined;
  readonly filters: readonly Filter[];
  /** The connected organisation; null if none is connected. */
  readonly organizationId: string | null;
  /** The workspace's, by whose clocks dates and times are compared. */
  readonly timeZone: string;
};

type Condition = RawBuilder<unknown>;

export type QueryConditions = {
  /** All of these must hold. */
  readonly where: readonly Condition[];
  /** If set, one of the two must hold. */
  readonly search:
    | {
        readonly text: Condition;
        /** Over `account_domains d`: the account has a matching domain. */
        readonly domains: Condition | undefined;
      }
    | undefined;
};

/** @throws AccountError that names the invalid filter */
export function buildConditions(query: AccountQuery, fields: readonly CustomField[]): QueryConditions {
  const where = query.filters.map((filter) => filterCondition(filter, fields, query.timeZone));
  if (query.sync !== undefined) where.push(syncConditions(query.organizationId)[query.sync]);
  const q = storableText(query.q ?? "").trim();
  if (q === "") return { where, search: undefined };
  return { where, search: { text: textCondition(q, fields), domains: domainCondition(q) } };
}

function syncConditions(organizationId: string | null): Readonly<Record<SyncState, Condition>> {
  const link = sql`select from account_links l where l.account_id = a.id`;
  const isConnected = sql`l.organization_id is not distinct from ${organizationId}`;
  return {
    synced: sql`exists (${link} and l.stop_reason is null and ${isConnected})`,
    stopped: sql`exists (${link} and l.stop_reason is not null)`,
    disconnected: sql`exists (${link} and l.stop_reason is null and not ${isConnected})`,
    "not-synced": sql`not exists (${link})`,
  };
}

/**
 * Maximum number of fields that are compared one by one. More of them cost as much as searching the
 * whole JSON as text, which rules out most accounts in 80 ns each.
 */
const MAX_SEPARATE_FIELDS = 8;

function textCondition(q: string, fields: readonly CustomField[]): Condition {
  const conditions = [
    sql`a.name_key like ${containsPattern(nameKey(q))}`,
    sql`lower(a.description collate "C") like ${containsPattern(asciiLowerCase(q))}`,
  ];
  const inFields = fields
    .filter(({ type }) => type === "text")
    .map((field) => sql`lower(${textOf(field)}) like ${containsPattern(asciiLowerCase(q))}`);
  if (inFields.length <= MAX_SEPARATE_FIELDS) return anyOf([...conditions, ...inFields]);
  const escaped = containsPattern(JSON.stringify(asciiLowerCase(q)).slice(1, -1));
  return anyOf([
    ...conditions,
    sql`(lower(a.fields::text collate "C") like ${escaped} and ${anyOf(inFields)})`,
  ]);
}

/** Matches a substring of a domain and, for an e-mail address or a website, its domain. */
function domainCondition(q: string): Condition | undefined {
  const { accepted } = parseDomains(q, NO_LISTS);
  const alternatives: Condition[] = [];
  if (/^[a-z0-9.-]+$/i.test(q)) alternatives.push(sql`d.domain like ${containsPattern(q.toLowerCase())}`);
  if (accepted.length > 0) alternatives.push(sql`d.domain = any(${accepted}::text[])`);
  return alternatives.length === 0 ? undefined : anyOf(alternatives);
}

const NO_LISTS = { common: new Set<string>(), own: new Set<string>() };

function filterCondition(filter: Filter, fields: readonly CustomField[], timeZone: string): Condition {
  const { is } = filter;
  const field = fields.find(({ id }) => String(id) === filter.field);
  const standard = Object.hasOwn(STANDARD_OPERATORS, filter.field)
    ? STANDARD_OPERATORS[filter.field]
    : undefined;
  const operators = field ? OPERATORS_BY_TYPE[field.type](field, timeZone) : standard;
  if (!operators)
    throw new AccountError(
      `There is no field "${filter.field}" to filter accounts by. It may have been deleted; remove the filter.`,
      "filters",
    );
  if (is === "empty") return sql`not ${operators.filled}`;
  if (is === "filled") return operators.filled;
  const condition = operators[is]?.(storableText(filter.value));
  if (condition) return condition;
  const name = field?.name ?? filter.field;
  throw new AccountError(
    operators[is]
      ? `"${filter.value}" is no value of "${name}".`
      : `"${name}" cannot be filtered by "${is}".`,
    "filters",
  );
}

/** Builds a comparison; undefined if the value is not valid for the field. */
type Compare = (value: string) => Condition | undefined;
type FieldOperators = { readonly filled: Condition } & Partial<
  Record<"contains" | "equals" | "below" | "above", Compare>
>;

/** @param text the column in lower case, as `normalize` does it */
function textOperators(
  text: Condition,
  filled: Condition,
  normalize: (value: string) => string,
): FieldOperators {
  return {
    filled,
    contains: (value) => sql`${text} like ${containsPattern(normalize(value))}`,
    equals: (value) => sql`${text} = ${normalize(value)}`,
  };
}

function hasDomainWhere(condition: Condition): Condition {
  return sql`exists (select from account_domains d where d.account_id = a.id and ${condition})`;
}

/** Operators of the fields that every account has. */
const STANDARD_OPERATORS: Readonly<Record<string, FieldOperators>> = {
  name: textOperators(sql`a.name_key`, sql`true`, nameKey),
  description: textOperators(
    sql`lower(a.description collate "C")`,
    sql`(coalesce(a.description, '') <> '')`,
    asciiLowerCase,
  ),
  externalId: textOperators(sql`lower(a.external_id)`, sql`(a.external_id is not null)`, asciiLowerCase),
  domain: {
    filled: hasDomainWhere(sql`true`),
    contains: (value) => hasDomainWhere(sql`d.domain like ${containsPattern(value.trim().toLowerCase())}`),
    equals: (value) =>
      hasDomainWhere(
        sql`d.domain = any(${[...parseDomains(value, NO_LISTS).accepted, value.trim().toLowerCase()]}::text[])`,
      ),
  },
};

const OPERATORS_BY_TYPE: Readonly<
  Record<FieldType, (field: CustomField, timeZone: string) => FieldOperators>
> = {
  text: (field) => textOperators(sql`lower(${textOf(field)})`, hasValue(field), asciiLowerCase),
  number: (field) => {
    const compare =
      (operator: Condition): Compare =>
      (value) =>
        isNumber(value)
          ? sql`(${hasValue(field)} and ${jsonOf(field)} ${operator} to_jsonb(${value.trim()}::numeric))`
          : undefined;
    return {
      filled: hasValue(field),
      equals: compare(sql`=`),
      below: compare(sql`<`),
      above: compare(sql`>`),
    };
  },
  boolean: (field) => ({
    filled: hasValue(field),
    equals: (value) => (/^(?:true|false)$/.test(value) ? sql`${jsonOf(field)} = ${value}::jsonb` : undefined),
  }),
  teammate: (field) => ({
    filled: hasValue(field),
    equals: (value) => (/^\d{1,9}$/.test(value) ? sql`${jsonOf(field)} = ${value}::jsonb` : undefined),
  }),
  // A date without a time is its whole day: before and after it are the other days.
  datetime: (field, timeZone) => {
    const seconds = secondsOfDateSql(textOf(field), timeZone);
    const compare =
      (condition: (from: number, to: number) => Condition): Compare =>
      (value) => {
        const written = parseDate(value);
        const range = written === undefined ? undefined : secondsRange(written, wallClock(timeZone));
        return range && condition(...range);
      };
    return {
      filled: hasValue(field),
      equals: compare((from, to) => sql`(${seconds} >= ${from} and ${seconds} < ${to})`),
      below: compare((from) => sql`${seconds} < ${from}`),
      above: compare((_, to) => sql`${seconds} >= ${to}`),
    };
  },
};

function isNumber(value: string): boolean {
  return value.trim() !== "" && Number.isFinite(Number(value)) && /^[\s\d.eE+-]+$/.test(value);
}

function textOf({ id }: CustomField): Condition {
  return sql`((a.fields ->> ${sql.lit(String(id))}) collate "C")`;
}

function jsonOf({ id }: CustomField): Condition {
  return sql`(a.fields -> ${sql.lit(String(id))})`;
}

function hasValue({ id }: CustomField): Condition {
  return sql`(a.fields ? ${sql.lit(String(id))})`;
}

function anyOf(conditions: readonly Condition[]): Condition {
  return sql`(${sql.join(conditions, sql` or `)})`;
}

/** Lower-cases as `lower(… collate "C")` does, which is the same in every database. */
function asciiLowerCase(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
