// What the definitions of tables have in common: a way to write one down, and the columns nearly all of them have.
import { column, companion, dateTime, finished, lookup, type Column } from "./columns.ts";
import type { TableFacts } from "./table.ts";

export const READ_ONLY = { create: false, update: false } as const;
export const ENABLED = ["1 Active", "2 Inactive"] as const;

export const version = () =>
  column({ schemaName: "VersionNumber", type: "BigInt", label: "Version Number", ...READ_ONLY });

export function dates(): Column[] {
  return [
    dateTime("CreatedOn|Created On", "DateAndTime", READ_ONLY),
    dateTime("ModifiedOn|Modified On", "DateAndTime", READ_ONLY),
    version(),
  ];
}

export function people(): Column[] {
  return [
    ...lookup("CreatedBy|Created By", "systemuser", "both", READ_ONLY),
    ...lookup("ModifiedBy|Modified By", "systemuser", "both", READ_ONLY),
  ];
}

const WRITABLE = { logical: false, create: true, update: true } as const;

export function ownership(): Column[] {
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

interface Sketch extends Omit<TableFacts, "columns" | "primaryId"> {
  readonly primaryId?: string;
}

export function table(sketch: Sketch, columns: readonly Column[]): TableFacts {
  const primaryId = sketch.primaryId ?? `${sketch.logicalName}id`;
  return { ...sketch, primaryId, columns: finished(sketch.logicalName, columns) };
}

export const ORGANISATION_OWNED = { ownership: "OrganizationOwned", changeTracking: false } as const;
