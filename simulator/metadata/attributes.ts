// Describes a column as AttributeMetadata: the members every attribute has, those of its type, and
// the types it can be cast to.
import type { ColumnType } from "../fetchxml/query-store.ts";
import type { Column } from "../org/columns.ts";
import { guidFrom } from "../org/guids.ts";
import type { Table } from "../org/table.ts";
import { MAX_BIGINT, MIN_BIGINT } from "./response.ts";
import { label, managedProperty, optionSet, type JsonObject, type LabelReader } from "./labels.ts";

/** Types without members of their own, whose items have no @odata.type in lists. */
const BASE_ONLY = new Set<ColumnType>(["Virtual", "Uniqueidentifier"]);

/** Types whose columns can be calculated; the others have no SourceType. */
const COMPUTABLE = new Set<ColumnType>([
  "Boolean",
  "DateTime",
  "Decimal",
  "Double",
  "Integer",
  "Money",
  "MultiSelectPicklist",
  "Picklist",
  "String",
]);

/** Returns the metadata type of a column: owners and customers are lookups. */
export function metadataType(type: ColumnType): string | undefined {
  if (BASE_ONLY.has(type)) return undefined;
  if (type === "Owner" || type === "Customer") return "LookupAttributeMetadata";
  return `${type}AttributeMetadata`;
}

/** `AttributeType` is Virtual for types that only `AttributeTypeName` distinguishes. */
function attributeType(type: ColumnType): string {
  return type === "MultiSelectPicklist" || type === "Image" || type === "File" ? "Virtual" : type;
}

/** Returns the members of the base type AttributeMetadata, in the order they are sent. */
export function baseMembers(
  table: Table,
  column: Column,
  columnNumber: number,
  reader: LabelReader,
): JsonObject {
  const canBeSecured = column.label !== undefined && !column.logical && column.type !== "State";
  return {
    MetadataId: attributeId(table, column),
    HasChanged: null,
    AttributeOf: column.attributeOf ?? null,
    AttributeType: attributeType(column.type),
    ColumnNumber: columnNumber,
    DeprecatedVersion: null,
    IntroducedVersion: "5.0.0.0",
    EntityLogicalName: table.logicalName,
    IsCustomAttribute: column.custom,
    IsPrimaryId: isPrimaryId(table, column),
    IsValidODataAttribute: column.odata,
    IsPrimaryName: column.logicalName === table.primaryName,
    IsValidForCreate: column.create,
    IsValidForRead: column.readable,
    IsValidForUpdate: column.update,
    CanBeSecuredForRead: canBeSecured,
    CanBeSecuredForCreate: canBeSecured && column.create,
    CanBeSecuredForUpdate: canBeSecured && column.update,
    IsSecured: column.secured,
    IsRetrievable: column.label !== undefined,
    IsFilterable: column.type === "State",
    IsSearchable: column.type === "String",
    IsManaged: !column.custom,
    LinkedAttributeId: null,
    LogicalName: column.logicalName,
    IsValidForForm: column.label !== undefined,
    IsRequiredForForm: false,
    IsValidForGrid: column.label !== undefined,
    SchemaName: column.schemaName,
    ExternalName: null,
    IsLogical: column.logical,
    IsDataSourceSecret: false,
    InheritsFrom: null,
    CreatedOn: "1900-01-01T00:00:00Z",
    ModifiedOn: "1900-01-01T00:00:00Z",
    SourceType: COMPUTABLE.has(column.type) ? column.sourceType : null,
    AutoNumberFormat: "",
    Settings: null,
    AttributeTypeName: { Value: `${column.type}Type` },
    Description: label(undefined),
    DisplayName: label(column.label, reader, column.otherLabels, column.logicalName, !column.custom),
    IsAuditEnabled: managedProperty(column.label !== undefined, "canmodifyauditsettings"),
    IsGlobalFilterEnabled: managedProperty(false, "canmodifyglobalfiltersettings"),
    IsSortableEnabled: managedProperty(false, "canmodifyissortablesettings"),
    IsCustomizable: managedProperty(true, "iscustomizable", false),
    IsRenameable: managedProperty(true, "isrenameable", false),
    IsValidForAdvancedFind: managedProperty(
      column.label !== undefined && column.odata,
      "canmodifysearchsettings",
    ),
    RequiredLevel: managedProperty(column.required, "canmodifyrequirementlevelsettings"),
    CanModifyAdditionalSettings: managedProperty(true, "canmodifyadditionalsettings", false),
  };
}

/** In captured metadata of account, the ids of its addresses are primary ids too. */
function isPrimaryId(table: Table, { logicalName }: Column): boolean {
  return logicalName === table.primaryId || /^address[123]_addressid$/.test(logicalName);
}

export function attributeId(table: Table, column: Column): string {
  return guidFrom("attribute", table.logicalName, column.logicalName);
}

/** Members of EnumAttributeMetadata, the base of all choice types. */
const NO_PARENT = { ParentPicklistLogicalName: null, ChildPicklistLogicalNames: [] };

/**
 * Returns what a type adds to the base members; option sets are navigation properties, see
 * `optionSets`.
 */
export function typeMembers(column: Column): JsonObject {
  const formula = { FormulaDefinition: null, SourceTypeMask: column.sourceType === 0 ? 0 : 1 };
  const range = { MaxValue: column.max ?? null, MinValue: column.min ?? null };
  switch (column.type) {
    case "String":
      return {
        Format: column.format ?? "Text",
        ImeMode: "Auto",
        MaxLength: column.maxLength ?? 100,
        YomiOf: null,
        IsLocalizable: false,
        DatabaseLength: 2 * (column.maxLength ?? 100),
        FormatName: { Value: column.formatName ?? "Text" },
        ...formula,
      };
    case "Memo":
      return {
        Format: column.format ?? "TextArea",
        ImeMode: "Active",
        MaxLength: column.maxLength ?? 2000,
        IsLocalizable: false,
        FormatName: { Value: column.formatName ?? "TextArea" },
      };
    case "Integer":
      return { Format: column.format ?? "None", ...range, ...formula };
    case "Double":
    case "Decimal":
      return { ImeMode: "Disabled", ...range, Precision: column.precision ?? 2, ...formula };
    case "Money":
      return {
        CalculationOf: column.calculationOf ?? null,
        ImeMode: "Disabled",
        ...range,
        Precision: column.precision ?? 2,
        PrecisionSource: 2,
        IsBaseCurrency: column.calculationOf !== undefined,
        ...formula,
      };
    case "DateTime":
      return {
        Format: column.format ?? "DateAndTime",
        ImeMode: "Inactive",
        DateTimeBehavior: { Value: column.dateBehavior ?? "UserLocal" },
        CanChangeDateTimeBehavior: managedProperty(false, "canmodifybehavior", false),
        ...formula,
      };
    case "Lookup":
    case "Owner":
    case "Customer":
      return { Targets: column.targets ?? [], Format: column.format ?? "None" };
    case "BigInt":
      return { MaxValue: MAX_BIGINT, MinValue: MIN_BIGINT };
    case "Image":
      return {
        CanStoreFullImage: false,
        IsPrimaryImage: true,
        MaxHeight: 144,
        MaxSizeInKB: 10240,
        MaxWidth: 144,
      };
    case "File":
      return { MaxSizeInKB: 32768 };
    case "Boolean":
      return { DefaultValue: column.logicalName === "followemail", ...formula };
    case "Picklist":
    case "MultiSelectPicklist":
      return {
        DefaultFormValue: column.defaultChoice ?? -1,
        ...NO_PARENT,
        ...formula,
      };
    case "State":
    case "Status":
      return { DefaultFormValue: column.defaultChoice ?? -1, ...NO_PARENT };
    case "EntityName":
      return { DefaultFormValue: null, ...NO_PARENT, IsEntityReferenceStored: true };
    case "Uniqueidentifier":
    case "Virtual":
      break;
  }
  return {};
}

/**
 * Returns the two navigation properties of choice columns: a shared set is under GlobalOptionSet,
 * the column's own under OptionSet.
 */
export function optionSets(
  table: Table,
  column: Column,
  reader: LabelReader,
): { OptionSet: JsonObject | null; GlobalOptionSet: JsonObject | null } {
  const set = optionSet(table.logicalName, column, reader);
  const global = column.optionSet?.global === true;
  return { OptionSet: global ? null : set, GlobalOptionSet: global ? set : null };
}
