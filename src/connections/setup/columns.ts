// The columns of Dynamics 365 accounts for the mapping: the type of each, a sample value, the
// fields it may be mapped to, why not more, and a suggestion.
import { nameKey } from "../../accounts/name-key.ts";
import type { DataverseClient } from "../../dataverse/client.ts";
import { wireName, type Column, type Sample } from "../../dataverse/model.ts";
import { formatDate } from "../../settings/dates.ts";
import { wallClock, type WallClock } from "../../settings/time-zone.ts";
import { dateFormatOf, valueReader } from "../../sync/draft/values.ts";
import { resolveSelection } from "../../sync/source/dynamics.ts";
import type { Selection } from "../../settings/sync-settings.ts";
import type { TargetKind } from "../../settings/field-types.ts";
import { columnKindOf, targetsFor } from "../../sync/rules/compatibility.ts";
import { type ExistingField } from "./validate-mapping.ts";

export type OfferedColumn = {
  readonly logicalName: string;
  readonly label: string;
  /** The type's name in the compatibility table. */
  readonly type: string;
  readonly custom: boolean;
  readonly sample: string | null;
  readonly targets: TargetKind[];
  readonly reason: string | null;
  readonly readable: boolean;
  readonly suggestion: { readonly kind: TargetKind; readonly field: string | null } | null;
};

/** 50 rows give most columns a value, in one small response. */
const SAMPLED_ROWS = 50;

type OfferContext = {
  /** Of labels: the first that a label has. */
  readonly languages: readonly number[];
  readonly fields: readonly ExistingField[];
  readonly timeZone: string;
};

export async function offeredColumns(
  client: DataverseClient,
  selection: Selection,
  { languages, fields, timeZone }: OfferContext,
): Promise<OfferedColumn[]> {
  const [columns, chosen] = await Promise.all([
    client.accountColumns(languages),
    resolveSelection(client, selection),
  ]);
  const mappable = columns.filter((column) => column.readable && targetsFor(column).length > 0);
  const sample = await client.sample(
    chosen,
    mappable.map(({ logicalName }) => logicalName),
    SAMPLED_ROWS,
  );
  const clock = wallClock(timeZone);
  return columns.map((column) => ({
    logicalName: column.logicalName,
    label: column.label,
    type: typeName(column),
    custom: column.custom,
    sample: sampleOf(column, sample, clock),
    targets: column.readable ? [...targetsFor(column)] : [],
    reason: restrictionOf(column),
    readable: column.readable,
    suggestion: column.readable ? suggestionFor(column, fields) : null,
  }));
}

const NUMBER_TYPES: ReadonlySet<string> = new Set(["IntegerType", "DoubleType", "DecimalType", "MoneyType"]);

/**
 * The first value, as an account would show it: numbers, dates and labels as a sync stores them,
 * anything else as Dynamics 365 shows it, which formats it for whoever is signed in.
 */
function sampleOf(column: Column, { rows, rawRows }: Sample, clock: WallClock): string | null {
  const { logicalName, type, options } = column;
  const index = rows.findIndex((row) => row[logicalName] !== undefined);
  const shown = rows[index]?.[logicalName] ?? null;
  const read =
    type === "DateTimeType"
      ? valueReader(column, "datetime", clock)
      : NUMBER_TYPES.has(type) || options
        ? valueReader(column, "text", clock)
        : undefined;
  const value = read?.(rawRows[index]?.[wireName(column)]);
  if (typeof value !== "string") return shown;
  return type === "DateTimeType" ? formatDate(value, dateFormatOf(column), clock) : value;
}

const UNSUPPORTED_TYPE_NAMES: Readonly<Record<string, string>> = {
  UniqueidentifierType: "Unique Identifier",
  BigIntType: "Version or Timestamp",
  LookupType: "Lookup",
  EntityNameType: "Table Name",
  VirtualType: "Virtual",
};

function typeName(column: Column): string {
  return columnKindOf(column) ?? UNSUPPORTED_TYPE_NAMES[column.type] ?? column.type.replace(/Type$/, "");
}

function restrictionOf(column: Column): string | null {
  if (!column.readable)
    return (
      "It is secured in Dynamics 365, and the user who signed in may not read it. A field security profile can allow it; " +
      "to see that, the user needs prvReadFieldSecurityProfile."
    );
  if (column.logicalName === "websiteurl")
    return "Dynamics 365's own Website feeds Domains and nothing else.";
  if (targetsFor(column).length > 0) return null;
  if (column.type === "LookupType") {
    const tables = (column.targets ?? []).join(", ") || "another table";
    return `It points to ${tables}. Only lookups to users can be synced, as teammates.`;
  }
  return `${typeName(column)} fields cannot be synced.`;
}

/** Mappings to suggest for a column unless a custom field has the column's name. */
const DEFAULT_SUGGESTIONS: Readonly<Record<string, { kind: TargetKind; field: string | null }>> = {
  name: { kind: "name", field: null },
  description: { kind: "description", field: null },
  websiteurl: { kind: "domains", field: null },
  ownerid: { kind: "teammate", field: "Owner" },
  industrycode: { kind: "text", field: "Industry" },
};

function suggestionFor(column: Column, fields: readonly ExistingField[]): OfferedColumn["suggestion"] {
  const targets = targetsFor(column);
  const sameName = fields.find(({ name }) => nameKey(name) === nameKey(column.label));
  if (sameName !== undefined && targets.includes(sameName.type))
    return { kind: sameName.type, field: sameName.name };
  const suggestion = DEFAULT_SUGGESTIONS[column.logicalName];
  if (suggestion === undefined || !targets.includes(suggestion.kind)) return null;
  const existing = fields.find(
    ({ name }) => suggestion.field !== null && nameKey(name) === nameKey(suggestion.field),
  );
  if (existing === undefined) return suggestion;
  return existing.type === suggestion.kind ? { kind: suggestion.kind, field: existing.name } : null;
}
