// Defines personal and system views.
import {
  boolean,
  column,
  guid,
  integer,
  lookup,
  memo,
  stateAndStatus,
  text,
  type Column,
} from "./columns.ts";
import {
  createdAndModifiedOn,
  ACTIVE_STATUSES,
  ORGANISATION_OWNED,
  ownershipColumns,
  createdAndModifiedBy,
  READ_ONLY,
  tableMetadata,
} from "./table-helpers.ts";
import type { TableMetadata } from "./table.ts";

/** Maximum characters of a memo without a limit. */
const MAX_MEMO_LENGTH = 1073741823;

/** Each function creates a new definition. */
export const VIEW_TABLES: readonly (() => TableMetadata)[] = [
  () =>
    tableMetadata(
      {
        logicalName: "userquery",
        entitySet: "userqueries",
        schemaName: "UserQuery",
        label: "Saved View",
        objectTypeCode: 4230,
        primaryName: "name",
        ownership: "UserOwned",
        changeTracking: false,
      },
      [
        guid("UserQueryId|User Query", { required: "SystemRequired", update: false }),
        ...viewColumns(),
        ...lookup("ParentQueryId|Parent Query", [], "none", { format: "Regarding" }),
        ...stateAndStatus("0 Active; 1 Inactive", ["1 Active; 3 All", "2 Inactive"]),
        ...ownershipColumns(),
        ...createdAndModifiedBy(),
        ...lookup("CreatedOnBehalfBy|Created By (Delegate)", "systemuser", "both", READ_ONLY),
        ...lookup("ModifiedOnBehalfBy|Modified By (Delegate)", "systemuser", "both", READ_ONLY),
        ...createdAndModifiedOn(),
      ].map(asCaptured),
    ),
  () =>
    tableMetadata(
      {
        logicalName: "savedquery",
        entitySet: "savedqueries",
        schemaName: "SavedQuery",
        label: "View",
        objectTypeCode: 1039,
        primaryName: "name",
        ...ORGANISATION_OWNED,
      },
      [
        guid("SavedQueryId|View", { required: "SystemRequired", update: false }),
        ...viewColumns(),
        text("QueryAPI|QueryAPI", 100),
        ...boolean("IsDefault|Default View"),
        ...boolean("IsUserDefined|User Defined"),
        ...boolean("IsQuickFindQuery|Is Quick Find Query"),
        ...boolean("IsManaged|State", "Managed", "Unmanaged", READ_ONLY),
        guid("OrganizationId|Organization", READ_ONLY),
        ...stateAndStatus("0 Active; 1 Inactive", ACTIVE_STATUSES),
        ...createdAndModifiedBy(),
        ...createdAndModifiedOn(),
      ],
    ),
];

/**
 * Differences between the columns of views and those of the same name in other tables, from a
 * captured definition of userquery.
 */
const CAPTURED_DIFFERENCES: Readonly<Record<string, Partial<Column>>> = {
  createdby: { required: "SystemRequired" },
  createdon: { required: "SystemRequired" },
  modifiedby: { required: "SystemRequired" },
  modifiedon: { required: "SystemRequired", label: "Last Modified" },
  owningteam: { logical: true },
  owninguser: { logical: true },
  statuscode: { create: false },
};

function asCaptured(one: Column): Column {
  return { ...one, ...CAPTURED_DIFFERENCES[one.logicalName] };
}

function viewColumns(): Column[] {
  return [
    text("Name|Name", 200, "Text", { required: "SystemRequired" }),
    memo("Description|Description", 2000, { format: "Text", formatName: "Text" }),
    memo("FetchXml|Fetch XML", MAX_MEMO_LENGTH, { required: "SystemRequired" }),
    memo("LayoutXml|Layout XML", MAX_MEMO_LENGTH),
    memo("LayoutJson|Layout data in JSON format.", MAX_MEMO_LENGTH),
    memo("ColumnSetXml|Column Set XML", MAX_MEMO_LENGTH),
    memo("ConditionalFormatting|User Group By", MAX_MEMO_LENGTH),
    memo("OfflineSqlQuery|Offline SQL Query", MAX_MEMO_LENGTH),
    text("AdvancedGroupBy|Advanced Group By", 20),
    column({
      schemaName: "ReturnedTypeCode",
      type: "EntityName",
      label: "Returned Type",
      required: "SystemRequired",
    }),
    integer("QueryType|Query Type", 0, 1000000000, { required: "SystemRequired", update: false }),
    ...boolean("EnableCrossPartition|Default", "Yes", "No", { companionName: "enablecrosspartitionName" }),
  ];
}
