// Maps column types to the EDM types of OData.
import { isLookup, type Column } from "../org/columns.ts";

export function isText(column: Column): boolean {
  return column.type === "String" || column.type === "Memo" || column.type === "EntityName";
}

export function isGuid(column: Column): boolean {
  return column.type === "Uniqueidentifier" || column.type === "File" || isLookup(column.type);
}

const EDM_TYPES: Partial<Record<Column["type"], string>> = {
  BigInt: "Edm.Int64",
  Boolean: "Edm.Boolean",
  Decimal: "Edm.Decimal",
  Double: "Edm.Double",
  Integer: "Edm.Int32",
  Money: "Edm.Decimal",
  Picklist: "Edm.Int32",
  State: "Edm.Int32",
  Status: "Edm.Int32",
  Image: "Edm.Binary",
};

export function edmType(column: Column): string {
  if (isGuid(column)) return "Edm.Guid";
  if (column.type === "DateTime")
    return column.dateBehavior === "DateOnly" ? "Edm.Date" : "Edm.DateTimeOffset";
  return EDM_TYPES[column.type] ?? "Edm.String";
}
