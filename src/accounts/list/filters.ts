// Which accounts a list shows: what was searched for, filters, and how an account stands to Dynamics 365. As SQL over
// `accounts a`, with every value as a parameter.
// A search finds a piece of text anywhere in the name, a domain, the description or a custom field of text. Capital and
// small letters are the same, beyond A to Z only in names.
import { sql, type RawBuilder } from "kysely";
import { containing } from "../../db/like-pattern.ts";
import { AccountError } from "../account-error.ts";
import type { CustomField } from "../custom-fields.ts";
import { nameKey } from "../name-key.ts";
import { parseDomains } from "../domains/parse.ts";
import { storableText } from "../storable-text.ts";
import type { FieldType } from "../../settings/field-types.ts";

/** "disconnected": synced until its organisation was disconnected. */
export type SyncState = "synced" | "stopped" | "disconnected" | "not-synced";

export type Filter = {
  /** "name", "domain", "description", "externalId" or a custom field's id. */
  readonly field: string;
  readonly is: "contains" | "equals" | "empty" | "filled" | "below" | "above";
  readonly value: string;
};

export type Listing = {
  readonly q?: string | undefined;
  readonly sync?: SyncState | undefined;
  readonly filters: readonly Filter[];
  /** The organisation that is connected; null while none is. */
  readonly organizationId: string | null;
};

type Condition = RawBuilder<unknown>;

export type Conditions = {
  /** All must hold. */
  readonly where: readonly Condition[];
  /** Nothing was searched for, or one of the two must hold. */
  readonly search:
    | {
        readonly text: Condition;
        /** Over `account_domains d`: the account has such a domain. */
        readonly domains: Condition | undefined;
      }
    | undefined;
};

/** @throws AccountError on a filter that makes no sense, naming it */
export function conditionsOf(listing: Listing, fields: readonly CustomField[]): Conditions {
  const where = listing.filters.map((filter) => filterCondition(filter, fields));
  if (listing.sync !== undefined) where.push(syncConditions(listing.organizationId)[listing.sync]);
  const q = storableText(listing.q ?? "").trim();
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

/** As many fields cost as much as the whole JSON as text, in which one look passes most accounts by (80 ns each). */
const FEW_FIELDS = 8;

function textCondition(q: string, fields: readonly CustomField[]): Condition {
  const conditions = [
    sql`a.name_key like ${containing(nameKey(q))}`,
    sql`lower(a.description collate "C") like ${containing(lowered(q))}`,
  ];
  const inFields = fields
    .filter(({ type }) => type === "text")
    .map((field) => sql`lower(${textOf(field)}) like ${containing(lowered(q))}`);
  if (inFields.length <= FEW_FIELDS) return anyOf([...conditions, ...inFields]);
  const escaped = containing(JSON.stringify(lowered(q)).slice(1, -1));
  return anyOf([
    ...conditions,
    sql`(lower(a.fields::text collate "C") like ${escaped} and ${anyOf(inFields)})`,
  ]);
}

/** A part of a domain; of an address or a website, its domain. */
function domainCondition(q: string): Condition | undefined {
  const { accepted } = parseDomains(q, NO_LISTS);
  const either: Condition[] = [];
  if (/^[a-z0-9.-]+$/i.test(q)) either.push(sql`d.domain like ${containing(q.toLowerCase())}`);
  if (accepted.length > 0) either.push(sql`d.domain = any(${accepted}::text[])`);
  return either.length === 0 ? undefined : anyOf(either);
}

const NO_LISTS = { common: new Set<string>(), own: new Set<string>() };

function filterCondition(filter: Filter, fields: readonly CustomField[]): Condition {
  const { is } = filter;
  const field = fields.find(({ id }) => String(id) === filter.field);
  const own = Object.hasOwn(OWN, filter.field) ? OWN[filter.field] : undefined;
  const subject = field ? SUBJECTS[field.type](field) : own;
  if (!subject)
    throw new AccountError(
      `There is no field "${filter.field}" to filter accounts by. It may have been deleted; remove the filter.`,
      "filters",
    );
  if (is === "empty") return sql`not ${subject.filled}`;
  if (is === "filled") return subject.filled;
  const condition = subject[is]?.(storableText(filter.value));
  if (condition) return condition;
  const name = field?.name ?? filter.field;
  throw new AccountError(
    subject[is] ? `"${filter.value}" is no value of "${name}".` : `"${name}" cannot be filtered by "${is}".`,
    "filters",
  );
}

/** How a field is compared; undefined when the value is none of its kind. */
type Compare = (value: string) => Condition | undefined;
type Subject = { readonly filled: Condition } & Partial<
  Record<"contains" | "equals" | "below" | "above", Compare>
>;

/** @param text in lower case, as far as `fold` goes */
function textSubject(text: Condition, filled: Condition, fold: (value: string) => string): Subject {
  return {
    filled,
    contains: (value) => sql`${text} like ${containing(fold(value))}`,
    equals: (value) => sql`${text} = ${fold(value)}`,
  };
}

function domainsWhere(condition: Condition): Condition {
  return sql`exists (select from account_domains d where d.account_id = a.id and ${condition})`;
}

/** The fields that every account has. */
const OWN: Readonly<Record<string, Subject>> = {
  name: textSubject(sql`a.name_key`, sql`true`, nameKey),
  description: textSubject(
    sql`lower(a.description collate "C")`,
    sql`(coalesce(a.description, '') <> '')`,
    lowered,
  ),
  externalId: textSubject(sql`lower(a.external_id)`, sql`(a.external_id is not null)`, lowered),
  domain: {
    filled: domainsWhere(sql`true`),
    contains: (value) => domainsWhere(sql`d.domain like ${containing(value.trim().toLowerCase())}`),
    equals: (value) =>
      domainsWhere(
        sql`d.domain = any(${[...parseDomains(value, NO_LISTS).accepted, value.trim().toLowerCase()]}::text[])`,
      ),
  },
};

const SUBJECTS: Readonly<Record<FieldType, (field: CustomField) => Subject>> = {
  text: (field) => textSubject(sql`lower(${textOf(field)})`, hasKey(field), lowered),
  number: (field) => {
    const compare =
      (operator: Condition): Compare =>
      (value) =>
        isNumber(value)
          ? sql`(${hasKey(field)} and ${storedOf(field)} ${operator} to_jsonb(${value.trim()}::numeric))`
          : undefined;
    return { filled: hasKey(field), equals: compare(sql`=`), below: compare(sql`<`), above: compare(sql`>`) };
  },
  boolean: (field) => ({
    filled: hasKey(field),
    equals: (value) =>
      /^(?:true|false)$/.test(value) ? sql`${storedOf(field)} = ${value}::jsonb` : undefined,
  }),
  teammate: (field) => ({
    filled: hasKey(field),
    equals: (value) => (/^\d{1,9}$/.test(value) ? sql`${storedOf(field)} = ${value}::jsonb` : undefined),
  }),
  // ISO 8601 in UTC sorts as text. A day equals all its moments.
  datetime: (field) => ({
    filled: hasKey(field),
    equals: (value) =>
      /^\d{4}-\d\d-\d\d$/.test(value)
        ? sql`${textOf(field)} like ${`${value}%`}`
        : compareTo(field, value, sql`=`),
    below: (value) => compareTo(field, value, sql`<`),
    above: (value) => compareTo(field, value, sql`>`),
  }),
};

function compareTo(field: CustomField, value: string, operator: Condition): Condition | undefined {
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : sql`${textOf(field)} ${operator} ${isoSecond(new Date(time))}`;
}

/** As Dataverse writes an instant, so that all sort alike: to the second, in UTC. */
export function isoSecond(moment: Date): string {
  return `${moment.toISOString().slice(0, 19)}Z`;
}

function isNumber(value: string): boolean {
  return value.trim() !== "" && Number.isFinite(Number(value)) && /^[\s\d.eE+-]+$/.test(value);
}

function textOf({ id }: CustomField): Condition {
  return sql`((a.fields ->> ${sql.lit(String(id))}) collate "C")`;
}

function storedOf({ id }: CustomField): Condition {
  return sql`(a.fields -> ${sql.lit(String(id))})`;
}

function hasKey({ id }: CustomField): Condition {
  return sql`(a.fields ? ${sql.lit(String(id))})`;
}

function anyOf(conditions: readonly Condition[]): Condition {
  return sql`(${sql.join(conditions, sql` or `)})`;
}

/** What `lower(… collate "C")` does, which is the same in every database. */
function lowered(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
