// Draft: makes an AccountDraft of a raw row by the mapping, with issues of values that are not
// synced (rules 6–9). Pure. The fingerprint is taken over raw values, before domains are parsed,
// which is the expensive part; so an unchanged row costs little more than reading it.
import { hash } from "node:crypto";
import { nameKey } from "../../accounts/name-key.ts";
import { storableText } from "../../accounts/storable-text.ts";
import { parseDomains, type DomainLists } from "../../accounts/domains/parse.ts";
import { ProtocolError } from "../../dataverse/http/errors.ts";
import { wireName, type Column, type RawRow } from "../../dataverse/model.ts";
import type { StoredFields } from "../../accounts/tables.ts";
import type { IssueKind } from "../rules/issue-kinds.ts";
import type { Mapping } from "../../settings/sync-settings.ts";
import { wallClock } from "../../settings/time-zone.ts";
import { canonicalDecimal, isNumber, isRounded } from "./decimals.ts";
import { INVALID, valueReader, type FieldValue } from "./values.ts";

export type FieldIssue = { readonly kind: IssueKind; readonly field?: string; readonly value?: string };

export type AccountDraft = {
  /** accountid, lower case. */
  readonly id: string;
  /** ISO 8601, as sent. Drafts are ordered by this and then by id. */
  readonly createdOn: string;
  readonly recordVersion: number;
  readonly name: string;
  readonly nameKey: string;
  readonly description: string | undefined;
  /** Accepted domains in mapping order, each once. */
  readonly domains: readonly string[];
  /** By custom field id; empty values are left out. */
  readonly fields: StoredFields;
  readonly issues: readonly FieldIssue[];
};

/** What drafting needs besides the row; the same for the whole run. */
export type DraftRules = {
  readonly mapping: Mapping;
  /**
   * The mapped columns by logical name, without missing and unreadable ones, which are not synced.
   */
  readonly columns: ReadonlyMap<string, Column>;
  /** Custom field name → id. */
  readonly fieldIds: ReadonlyMap<string, number>;
  /** Dynamics user id → teammate id, of enabled users who are teammates. */
  readonly teammateIdOfUser: ReadonlyMap<string, number>;
  /** Dynamics user id → name and e-mail address, of all users. An owner who is not here is a team. */
  readonly userNames: ReadonlyMap<string, string>;
  readonly domainLists: DomainLists;
  /** The workspace's. */
  readonly timeZone: string;
  /**
   * Changes whenever the same row could give another draft: with mapping, domain lists or our rules.
   */
  readonly salt: string;
};

export type Drafter = {
  /** Logical names of the columns to read. */
  readonly columns: readonly string[];
  /**
   * 8 bytes, one a character. Equal for equal rows and rules; otherwise different if the draft is.
   */
  fingerprint(row: RawRow): string;
  /** As sent. @throws ProtocolError of a row without one */
  recordId(row: RawRow): string;
  version(row: RawRow): number;
  draft(row: RawRow): AccountDraft;
};

type FieldReader = {
  readonly id: number;
  readonly field: string;
  readonly wire: string;
  readonly read: (raw: unknown) => FieldValue | typeof INVALID;
  readonly issueOf: (value: FieldValue, raw: unknown) => FieldIssue | undefined;
  /** The value in the fingerprint, if it is not the value as such. */
  readonly fingerprintValue?: (raw: unknown) => unknown;
};

function textOf(raw: unknown): string {
  return typeof raw === "string" ? raw : "";
}

function userLabel({ userNames }: DraftRules, id: string): string {
  return userNames.get(id.toLowerCase()) ?? `a team (${id})`;
}

function fieldReaders(rules: DraftRules): FieldReader[] {
  const clock = wallClock(rules.timeZone);
  return rules.mapping.fields.flatMap(({ column: logicalName, field, type }) => {
    const column = rules.columns.get(logicalName);
    const id = rules.fieldIds.get(field);
    if (!column || id === undefined) return [];
    const base = { id, field, wire: wireName(column) };
    if (type === "teammate") {
      return {
        ...base,
        read: (raw) => rules.teammateIdOfUser.get(textOf(raw).toLowerCase()),
        issueOf: (value, raw) =>
          value === undefined && raw
            ? { kind: "teammate-not-found", field, value: userLabel(rules, textOf(raw)) }
            : undefined,
      } satisfies FieldReader;
    }
    return {
      ...base,
      read: valueReader(column, type, clock),
      issueOf: (value, raw) =>
        typeof value === "number" && isNumber(raw) && isRounded(raw)
          ? { kind: "number-rounded", field, value: canonicalDecimal(value) ?? String(value) }
          : undefined,
      // Numbers that have the same double may still be told apart.
      ...(type === "number" && {
        fingerprintValue: (raw) => (isNumber(raw) ? canonicalDecimal(raw) : undefined) ?? raw,
      }),
    } satisfies FieldReader;
  });
}

/**
 * SHA-1 for its distribution, not for security: 1.4 µs a row of 12 values, and 2.3 µs as a buffer.
 */
function fingerprintOf(parts: readonly unknown[]): string {
  return hash("sha1", parts.join("\0"), "binary").slice(0, 8);
}

function recordId(row: RawRow): string {
  const id = row["accountid"];
  if (typeof id !== "string")
    throw new ProtocolError(
      "Dynamics 365 sent an account without an accountid.",
      {},
      { fix: "Try again later." },
    );
  return id;
}

function version(row: RawRow): number {
  return Number(row["versionnumber"] ?? 0);
}

/** Parses the domain columns in mapping order, with an issue for each value that is refused. */
function draftDomains(
  row: RawRow,
  { wires, lists, issues }: { wires: readonly string[]; lists: DomainLists; issues: FieldIssue[] },
): string[] {
  const accepted: string[] = [];
  for (const wire of wires) {
    const raw = textOf(row[wire]);
    if (raw === "") continue;
    const parsed = parseDomains(raw, lists);
    for (const domain of parsed.accepted) if (!accepted.includes(domain)) accepted.push(domain);
    for (const { kind, value } of parsed.refused) {
      if (!issues.some((issue) => issue.kind === kind && issue.value === value)) issues.push({ kind, value });
    }
  }
  return accepted;
}

function draftFields(row: RawRow, readers: readonly FieldReader[], issues: FieldIssue[]): StoredFields {
  const fields: StoredFields = {};
  for (const reader of readers) {
    const raw = row[reader.wire];
    const value = reader.read(raw);
    if (value === INVALID) {
      issues.push({ kind: "value-invalid", field: reader.field, value: JSON.stringify(raw).slice(0, 200) });
      continue;
    }
    const issue = reader.issueOf(value, raw);
    if (issue) issues.push(issue);
    if (value !== undefined) fields[reader.id] = typeof value === "string" ? storableText(value) : value;
  }
  return fields;
}

export function createDrafter(rules: DraftRules): Drafter {
  const { mapping, columns } = rules;
  const wire = (logicalName: string): string | undefined => {
    const column = columns.get(logicalName);
    return column && wireName(column);
  };
  const nameWire = wire(mapping.name);
  if (!nameWire)
    throw new Error(`The column ${mapping.name}, mapped to Name, is not among the columns of this run.`);
  const descriptionColumn = mapping.description === undefined ? undefined : columns.get(mapping.description);
  const descriptionWire = descriptionColumn && wireName(descriptionColumn);
  const readDescription =
    descriptionColumn && valueReader(descriptionColumn, "text", wallClock(rules.timeZone));
  const domainWires = mapping.domains.flatMap((column) => wire(column) ?? []);
  const readers = fieldReaders(rules);

  return {
    columns: [...columns.keys()],
    recordId,
    version,
    fingerprint(row) {
      const parts: unknown[] = [
        rules.salt,
        row[nameWire],
        descriptionWire && row[descriptionWire],
        row["createdon"],
      ];
      for (const domainWire of domainWires) parts.push(row[domainWire]);
      for (const reader of readers) {
        const raw = row[reader.wire];
        if (reader.fingerprintValue) {
          parts.push(reader.fingerprintValue(raw));
          continue;
        }
        const value = reader.read(raw);
        // Without a value the issue's value counts, so that the name of an unknown owner is up to date.
        parts.push(value === INVALID ? raw : (value ?? reader.issueOf(value, raw)?.value ?? raw));
      }
      return fingerprintOf(parts);
    },
    draft(row) {
      const name = storableText(textOf(row[nameWire]));
      const issues: FieldIssue[] = [];
      const description = readDescription?.(row[descriptionWire!]);
      return {
        id: textOf(row["accountid"]).toLowerCase(),
        createdOn: textOf(row["createdon"]),
        recordVersion: version(row),
        name,
        nameKey: nameKey(name),
        description: typeof description === "string" ? storableText(description) : undefined,
        domains: draftDomains(row, { wires: domainWires, lists: rules.domainLists, issues }),
        fields: draftFields(row, readers, issues),
        issues,
      };
    },
  };
}
