// Which Dynamics columns can be mapped to which targets, as one table for pages, API, command line
// and validation. What is not in the table is refused. Column types are Dataverse's
// AttributeTypeName (Microsoft Learn: "AttributeTypeDisplayName").
import type { TargetKind } from "../../settings/field-types.ts";

export type ColumnKind =
  | "Single line of text"
  | "Multiple lines of text"
  | "Option Set"
  | "MultiSelect Option Set"
  | "Two Options"
  | "Status"
  | "Status Reason"
  | "Whole Number"
  | "Floating Point Number"
  | "Image"
  | "Decimal Number"
  | "Currency"
  | "Date and Time"
  | "Lookup(user)"
  | "Customer"
  | "File"
  | "Owner"
  | "Website";

export const targetNames: Readonly<Record<TargetKind, string>> = {
  text: "Text",
  number: "Number",
  teammate: "Teammate",
  boolean: "Yes or no",
  datetime: "Date and time",
  domains: "Domains",
  description: "Description",
  name: "Name",
};

/** The properties of a column that decide what it can be mapped to. */
export interface ColumnFacts {
  readonly logicalName: string;
  /** AttributeTypeName, e.g. "StringType". */
  readonly type: string;
  readonly format?: string | undefined;
  /** The tables that a lookup refers to. */
  readonly targets?: readonly string[] | undefined;
}

/** Name is a target of our own (rule 9): only a single line of text can be mapped to it. */
const compatibility: Readonly<Record<ColumnKind, readonly TargetKind[]>> = {
  "Single line of text": ["text", "domains", "description", "name"],
  "Multiple lines of text": ["text", "description"],
  "Option Set": ["text"],
  "MultiSelect Option Set": ["text"],
  "Two Options": ["text", "boolean"],
  Status: ["text"],
  "Status Reason": ["text"],
  "Whole Number": ["text", "number"],
  "Floating Point Number": ["text", "number"],
  Image: [],
  "Decimal Number": ["text", "number"],
  Currency: ["text", "number"],
  "Date and Time": ["text", "datetime"],
  "Lookup(user)": ["teammate"],
  Customer: [],
  File: [],
  Owner: ["teammate"],
  Website: ["domains"],
};

const columnKinds: Readonly<Record<string, ColumnKind>> = {
  StringType: "Single line of text",
  MemoType: "Multiple lines of text",
  PicklistType: "Option Set",
  MultiSelectPicklistType: "MultiSelect Option Set",
  BooleanType: "Two Options",
  StateType: "Status",
  StatusType: "Status Reason",
  IntegerType: "Whole Number",
  DoubleType: "Floating Point Number",
  ImageType: "Image",
  DecimalType: "Decimal Number",
  MoneyType: "Currency",
  DateTimeType: "Date and Time",
  CustomerType: "Customer",
  FileType: "File",
  OwnerType: "Owner",
};

/**
 * @returns the column's row of the table; undefined for ids, versions and lookups of other tables
 */
export function columnKindOf(column: ColumnFacts): ColumnKind | undefined {
  // Only the standard column Website has a row of its own; others with the format Url are text.
  if (column.logicalName === "websiteurl" && column.type === "StringType") return "Website";
  if (column.type === "LookupType") {
    return column.targets?.length === 1 && column.targets[0] === "systemuser" ? "Lookup(user)" : undefined;
  }
  return Object.hasOwn(columnKinds, column.type) ? columnKinds[column.type] : undefined;
}

/** The targets that the column can be mapped to. */
export function targetsFor(column: ColumnFacts): readonly TargetKind[] {
  const type = columnKindOf(column);
  return type === undefined ? [] : compatibility[type];
}

/** Explains to the admin why the column cannot be mapped to the target. */
export function incompatibilityReason(column: ColumnFacts, target: TargetKind): string {
  const columnKind = columnKindOf(column);
  const description = columnKind ?? describedType(column);
  const targets = targetsFor(column);
  const subject = `The column ${column.logicalName} (${description}) cannot be mapped`;
  if (targets.length === 0)
    return `${subject} to anything. Choose another column for ${targetNames[target]}.`;
  const offered = joinWithOr(targets.map((one) => targetNames[one]));
  return `${subject} to ${targetNames[target]}, only to ${offered}. Choose another column or another field.`;
}

function describedType(column: ColumnFacts): string {
  if (column.type !== "LookupType") return column.type.replace(/Type$/, "");
  return `a lookup to ${joinWithOr(column.targets ?? []) || "another table"}`;
}

function joinWithOr(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}
