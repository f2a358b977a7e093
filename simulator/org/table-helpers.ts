// Provides what table definitions share: the function that creates one, and the columns that nearly
// all tables have.
import { column, companion, dateTime, completeColumns, lookup, type Column } from "./columns.ts";
import type { TableMetadata } from "./table.ts";

export const READ_ONLY = { create: false, update: false } as const;
export const ACTIVE_STATUSES = ["1 Active", "2 Inactive"] as const;

export const versionColumn = () =>
  column({ schemaName: "VersionNumber", type: "BigInt", label: "Version Number", ...READ_ONLY });

export function createdAndModifiedOn(): Column[] {
  return [
    dateTime("CreatedOn|Created On", "DateAndTime", READ_ONLY),
    dateTime("ModifiedOn|Modified On", "DateAndTime", READ_ONLY),
    versionColumn(),
  ];
}

export function createdAndModifiedBy(): Column[] {
  return [
    ...lookup("CreatedBy|Created By", "systemuser", "both", READ_ONLY),
    ...lookup("ModifiedBy|Modified By", "systemuser", "both", READ_ONLY),
  ];
}

const WRITABLE = { logical: false, create: true, update: true } as const;

export function ownershipColumns(): Column[] {
  const [owner, ...names] = lookup("OwnerId|Owner", ["systemuser", "team"], "both", {
    type: "Owner",
    required: "SystemRequired",
  });
  return [
    ...(owner ? [owner, { ...companion(owner, "OwnerIdType", "EntityName"), ...WRITABLE }] : []),
    ...names,
    ...lookup("OwningBusinessUnit|Owning Business Unit", "businessunit", "name", READ_ONLY),
    ...lookup("OwningTeam|Owning Team", "team", "none", READ_ONLY),
    ...lookup("OwningUser|Owning User", "systemuser", "none", READ_ONLY),
  ];
}

interface MetadataInput extends Omit<TableMetadata, "columns" | "primaryId"> {
  readonly primaryId?: string;
}

export function tableMetadata(input: MetadataInput, columns: readonly Column[]): TableMetadata {
  const primaryId = input.primaryId ?? `${input.logicalName}id`;
  return { ...input, primaryId, columns: completeColumns(input.logicalName, columns) };
}

export const ORGANISATION_OWNED = { ownership: "OrganizationOwned", changeTracking: false } as const;
