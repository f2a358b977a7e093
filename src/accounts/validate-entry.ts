// Validates what a person enters for an account: synced fields are refused, domains are parsed as
// everywhere else, and values must be of their field's type.
import { AccountError } from "./account-error.ts";
import type { CustomField } from "./custom-fields.ts";
import { parseDomains, type DomainLists, type DomainRefusal } from "./domains/parse.ts";
import { storableText } from "./storable-text.ts";
import { isBlank } from "../lib/invisible-characters.ts";
import type { AccountPatch } from "./store.ts";
import type { SyncedColumns } from "./synced-fields.ts";
import { parseDate } from "../settings/dates.ts";
import type { FieldType } from "../settings/field-types.ts";

type Value = string | number | boolean | null;

export type Entry = {
  readonly name?: string | undefined;
  readonly description?: string | null | undefined;
  /** Domains, e-mail addresses or websites. */
  readonly domains?: readonly string[] | undefined;
  /** By custom field id; null clears. */
  readonly fields?: Readonly<Record<string, Value>> | undefined;
};

export type EntryRules = {
  readonly fields: readonly CustomField[];
  readonly teammateIds: ReadonlySet<number>;
  readonly domainLists: DomainLists;
  /** Columns of the account's synced fields; empty if the account is not synced. */
  readonly synced: SyncedColumns;
};

/** @throws AccountError that names the first value that cannot be stored */
export function validateEntry(entry: Entry, rules: EntryRules): AccountPatch {
  const { name, description, domains, fields } = entry;
  rejectSyncedFields(entry, rules);
  return {
    ...(name !== undefined && { name: storableText(name) }),
    ...(description !== undefined && {
      description: description === null ? null : textOrNull(description),
    }),
    ...(domains !== undefined && { domains: validateDomains(domains, rules.domainLists) }),
    ...(fields !== undefined && { fields: validateFields(fields, rules) }),
  };
}

/** Text of blanks alone is empty, as from Dynamics 365. */
function textOrNull(written: string): string | null {
  return isBlank(written) ? null : storableText(written);
}

const STANDARD_FIELDS = { name: "The name", description: "The description", domains: "The domains" } as const;

function rejectSyncedFields({ fields = {}, ...standard }: Entry, rules: EntryRules): void {
  for (const key of ["name", "description", "domains"] as const) {
    const columns = rules.synced[key];
    if (standard[key] !== undefined && columns) throw syncedError(STANDARD_FIELDS[key], columns, key);
  }
  for (const id of Object.keys(fields)) {
    const columns = rules.synced[id];
    const field = rules.fields.find((one) => String(one.id) === id);
    if (columns && field) throw syncedError(`"${field.name}"`, columns, id);
  }
}

function syncedError(what: string, columns: readonly string[], field: string): AccountError {
  const verb = field === "domains" ? "come" : "comes";
  const column = columns.length === 1 ? "the column" : "the columns";
  return new AccountError(
    `${what} ${verb} from Dynamics 365 (${column} ${columns.join(", ")}). Edit it there; the next run brings it here.`,
    field,
  );
}

const DOMAIN_ERRORS: Readonly<Record<DomainRefusal, string>> = {
  "domain-invalid": "is no domain. Write one such as acme.com, an e-mail address, or a website.",
  "domain-common":
    "belongs to a mail provider, is a placeholder, or is a site with other people's pages, so it tells nothing about the account. Leave it out.",
  "domain-own": "is your own company's. Leave it out.",
};

function validateDomains(written: readonly string[], lists: DomainLists): string[] {
  const accepted = new Set<string>();
  const sentences = new Set<string>();
  for (const text of written) {
    const parsed = parseDomains(storableText(text), lists);
    for (const domain of parsed.accepted) accepted.add(domain);
    for (const { kind, value } of parsed.refused) sentences.add(`"${value}" ${DOMAIN_ERRORS[kind]}`);
  }
  if (sentences.size > 0) throw new AccountError([...sentences].join(" "), "domains");
  return [...accepted];
}

function validateFields(written: Readonly<Record<string, Value>>, rules: EntryRules): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(written).map(([id, value]) => {
      const field = rules.fields.find((one) => String(one.id) === id);
      if (!field)
        throw new AccountError(`There is no field ${id}. Reload the page: it may have been deleted.`, id);
      if (value === null || value === "") return [id, null];
      const validated = VALIDATORS[field.type](value, rules);
      if (validated === undefined) throw new AccountError(`"${field.name}" ${EXPECTATIONS[field.type]}`, id);
      return [id, validated];
    }),
  );
}

/** Return the value as it is stored, or undefined if it is not of the type. */
const VALIDATORS: Readonly<
  Record<FieldType, (value: string | number | boolean, rules: EntryRules) => Value | undefined>
> = {
  text: (value) =>
    typeof value === "string" && value.length <= MAX_TEXT_LENGTH ? textOrNull(value) : undefined,
  number: (value) => (typeof value === "number" && Number.isFinite(value) ? value : undefined),
  boolean: (value) => (typeof value === "boolean" ? value : undefined),
  datetime: (value) => (typeof value === "string" ? parseDate(value) : undefined),
  teammate: (value, { teammateIds }) =>
    typeof value === "number" && teammateIds.has(value) ? value : undefined,
};

const MAX_TEXT_LENGTH = 100_000;

const EXPECTATIONS: Readonly<Record<FieldType, string>> = {
  text: "is text of at most 100,000 characters. Shorten it.",
  number: "is a number. Write digits, such as 12.5.",
  boolean: "is yes or no.",
  datetime: "is a date and time in ISO 8601, such as 2026-03-02 or 2026-03-02T09:00:00Z.",
  teammate: "is a teammate. Choose one who works here.",
};
