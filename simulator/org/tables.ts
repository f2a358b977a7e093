// Lists the tables of the organisation: those that a reader of accounts needs, and those that
// queries over accounts join.
import { ACCESS_TABLES, INTERSECTS } from "./access-tables.ts";
import { ACTIVITY_TABLES } from "./activity-tables.ts";
import { accountColumns } from "./account-columns.ts";
import { column, dateTime, guid, integer, lookup, stateAndStatus, text } from "./columns.ts";
import { ORDER_TABLES } from "./order-tables.ts";
import { PEOPLE_TABLES } from "./people-tables.ts";
import { PLATFORM_TABLES } from "./platform-tables.ts";
import { RELATION_TABLES } from "./relation-tables.ts";
import { SALES_TABLES } from "./sales-tables.ts";
import { SERVICE_TABLES } from "./service-tables.ts";
import { VIEW_TABLES } from "./view-tables.ts";
import {
  createdAndModifiedOn,
  ACTIVE_STATUSES,
  ORGANISATION_OWNED,
  createdAndModifiedBy,
  READ_ONLY,
  tableMetadata,
} from "./table-helpers.ts";
import type { TableMetadata } from "./table.ts";

const OTHER_TABLES: readonly (() => TableMetadata)[] = [
  () =>
    tableMetadata(
      {
        logicalName: "account",
        entitySet: "accounts",
        schemaName: "Account",
        label: "Account",
        objectTypeCode: 1,
        primaryName: "name",
        ownership: "UserOwned",
        changeTracking: true,
      },
      accountColumns(),
    ),
  () =>
    tableMetadata(
      {
        logicalName: "organization",
        entitySet: "organizations",
        schemaName: "Organization",
        label: "Organization",
        objectTypeCode: 1019,
        primaryName: "name",
        ...ORGANISATION_OWNED,
      },
      [
        guid("OrganizationId|Organization", READ_ONLY),
        text("Name|Organization Name", 160),
        integer("LanguageCode|Language", undefined, undefined, { format: "Language" }),
        integer("LocaleId|Locale", undefined, undefined, { format: "Locale" }),
        integer("ExpireChangeTrackingInDays|Days to Expire Change Tracking Deltas"),
        integer("MaxRecordsForExportToExcel|Max Records For Excel Export"),
        integer("FiscalPeriodType|Fiscal Period Type"),
        dateTime("FiscalCalendarStart|Fiscal Calendar Start", "DateOnly"),
        ...lookup("BaseCurrencyId|Currency", "transactioncurrency", "name"),
        ...createdAndModifiedBy(),
        ...createdAndModifiedOn(),
      ],
    ),
  () =>
    tableMetadata(
      {
        logicalName: "transactioncurrency",
        entitySet: "transactioncurrencies",
        schemaName: "TransactionCurrency",
        label: "Currency",
        objectTypeCode: 9105,
        primaryName: "currencyname",
        ...ORGANISATION_OWNED,
      },
      [
        guid("TransactionCurrencyId|Transaction Currency", { required: "SystemRequired", update: false }),
        text("CurrencyName|Currency Name", 100),
        text("ISOCurrencyCode|Currency Code", 5),
        text("CurrencySymbol|Currency Symbol", 13),
        integer("CurrencyPrecision|Currency Precision", 0, 4),
        column({
          schemaName: "ExchangeRate",
          type: "Decimal",
          label: "Exchange Rate",
          precision: 12,
        }),
        ...stateAndStatus("0 Active; 1 Inactive", ACTIVE_STATUSES),
        ...createdAndModifiedOn(),
      ],
    ),
];

let metadata: readonly TableMetadata[] | undefined;

/**
 * All table definitions with 4,400 columns. Organisations share them, since they take half of the
 * time to create one.
 */
export function allTableMetadata(): readonly TableMetadata[] {
  metadata ??= [
    ...OTHER_TABLES,
    ...PEOPLE_TABLES,
    ...ACCESS_TABLES,
    ...INTERSECTS,
    ...VIEW_TABLES,
    ...SALES_TABLES,
    ...ORDER_TABLES,
    ...SERVICE_TABLES,
    ...RELATION_TABLES,
    ...ACTIVITY_TABLES,
    ...PLATFORM_TABLES,
  ].map((make) => make());
  return metadata;
}
