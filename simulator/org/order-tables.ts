// Defines the tables of products and orders: products, price lists, quotes, orders, invoices.
import { defineTable, type ColumnDefinitions, type TableDefinition } from "./table-definition.ts";
import type { TableMetadata } from "./table.ts";

const ACTIVE = ["0 Active; 1 Inactive", "1 Active", "2 Inactive"] as const;
/** The totals of quotes, orders and invoices. */
const TOTALS = "TotalAmount TotalLineItemAmount TotalTax DiscountAmount FreightAmount TotalAmountLessFreight";
const ADDRESSES =
  "BillTo_Name BillTo_Line1 BillTo_City BillTo_Country BillTo_PostalCode BillTo_StateOrProvince BillTo_Composite:1000 " +
  "ShipTo_Name ShipTo_Line1 ShipTo_City ShipTo_Country ShipTo_PostalCode ShipTo_StateOrProvince ShipTo_Composite:1000";
const ORDER_COLUMNS = {
  money: TOTALS,
  decimals: "DiscountPercentage",
  memos: "Description",
  customers: "CustomerId",
  choices: { PaymentTermsCode: "1 Net 30; 2 2% 10, Net 30; 3 Net 45; 4 Net 60", PricingErrorCode: "*0 None" },
} as const satisfies ColumnDefinitions;
const ORDER_LINE_COLUMNS = {
  decimals: "Quantity",
  memos: "Description",
  money: "PricePerUnit BaseAmount ExtendedAmount Tax ManualDiscountAmount VolumeDiscountAmount",
  integers: "LineItemNumber SequenceNumber",
  booleans: "IsPriceOverridden IsProductOverridden",
} as const satisfies ColumnDefinitions;

const DEFINITIONS: readonly TableDefinition[] = [
  {
    schemaName: "OpportunityProduct",
    objectTypeCode: 1083,
    primaryName: "ProductDescription",
    ownership: "None",
    texts: "ProductDescription:500 ProductName:500 OpportunityProductName:500",
    ...ORDER_LINE_COLUMNS,
    lookups: { OpportunityId: "opportunity", ProductId: "product", UoMId: "uom" },
  },
  {
    schemaName: "Product",
    objectTypeCode: 1024,
    primaryName: "Name",
    ownership: "OrganizationOwned",
    texts: "Name ProductNumber VendorName VendorPartNumber SupplierName",
    memos: "Description",
    money: "Price StandardCost CurrentCost",
    decimals: "QuantityOnHand StockVolume StockWeight",
    integers: "QuantityDecimal",
    booleans: "IsStockItem IsKit",
    choices: {
      ProductTypeCode: "*1 Sales Inventory; 2 Miscellaneous Charges; 3 Services; 4 Flat Fees",
      ProductStructure: "*1 Product; 2 Product Family; 3 Product Bundle",
    },
    lookups: {
      ParentProductId: "product",
      SubjectId: "subject",
      PriceLevelId: "pricelevel",
      DefaultUoMId: "uom",
      DefaultUoMScheduleId: "uomschedule",
    },
    states: [
      "0 Active; 1 Retired; 2 Draft; 3 Under Revision",
      "1 Active",
      "2 Retired",
      "0 Draft",
      "3 Under Revision",
    ],
  },
  {
    schemaName: "PriceLevel",
    label: "Price List",
    objectTypeCode: 1022,
    primaryName: "Name",
    ownership: "OrganizationOwned",
    texts: "Name",
    memos: "Description",
    userLocalDates: "BeginDate EndDate",
    lookups: { TransactionCurrencyId: "transactioncurrency" },
    states: ["0 Active; 1 Inactive", "100001 Active", "100002 Inactive"],
  },
  {
    schemaName: "UoM",
    label: "Unit",
    objectTypeCode: 1055,
    primaryName: "Name",
    ownership: "None",
    texts: "Name",
    decimals: "Quantity",
    lookups: { BaseUoM: "uom", UoMScheduleId: "uomschedule" },
  },
  {
    schemaName: "UoMSchedule",
    label: "Unit Group",
    objectTypeCode: 1056,
    primaryName: "Name",
    ownership: "OrganizationOwned",
    texts: "Name BaseUoMName",
    states: ACTIVE,
  },
  {
    schemaName: "Quote",
    objectTypeCode: 1084,
    primaryName: "Name",
    ownership: "UserOwned",
    texts: `Name:300 QuoteNumber ${ADDRESSES}`,
    ...ORDER_COLUMNS,
    integers: "RevisionNumber",
    userLocalDates: "EffectiveFrom EffectiveTo ClosedOn ExpiresOn RequestDeliveryBy",
    lookups: {
      OpportunityId: "opportunity",
      CampaignId: "campaign",
      PriceLevelId: "pricelevel",
      AccountId: "account",
      ContactId: "contact",
    },
    states: [
      "0 Draft; 1 Active; 2 Won; 3 Closed",
      "1 In Progress",
      "2 In Progress; 3 Open",
      "4 Won",
      "5 Lost; 6 Canceled; 7 Revised",
    ],
  },
  {
    schemaName: "QuoteDetail",
    objectTypeCode: 1085,
    primaryName: "ProductDescription",
    ownership: "None",
    texts: "ProductDescription:500 QuoteDetailName",
    ...ORDER_LINE_COLUMNS,
    lookups: { QuoteId: "quote", ProductId: "product", UoMId: "uom" },
  },
  {
    schemaName: "SalesOrder",
    label: "Order",
    objectTypeCode: 1088,
    primaryName: "Name",
    ownership: "UserOwned",
    texts: `Name:300 OrderNumber ${ADDRESSES}`,
    ...ORDER_COLUMNS,
    userLocalDates: "DateFulfilled SubmitDate RequestDeliveryBy",
    lookups: {
      QuoteId: "quote",
      OpportunityId: "opportunity",
      CampaignId: "campaign",
      PriceLevelId: "pricelevel",
      AccountId: "account",
      ContactId: "contact",
    },
    states: [
      "0 Active; 1 Submitted; 2 Canceled; 3 Fulfilled; 4 Invoiced",
      "1 New; 2 Pending",
      "3 In Progress",
      "4 No Money",
      "100001 Complete; 100002 Partial",
      "100003 Invoiced",
    ],
  },
  {
    schemaName: "SalesOrderDetail",
    objectTypeCode: 1089,
    primaryName: "ProductDescription",
    ownership: "None",
    texts: "ProductDescription:500 SalesOrderDetailName",
    ...ORDER_LINE_COLUMNS,
    lookups: { SalesOrderId: "salesorder", ProductId: "product", UoMId: "uom" },
  },
  {
    schemaName: "Invoice",
    objectTypeCode: 1090,
    primaryName: "Name",
    ownership: "UserOwned",
    texts: `Name:300 InvoiceNumber ${ADDRESSES}`,
    ...ORDER_COLUMNS,
    userLocalDates: "DateDelivered DueDate",
    lookups: {
      SalesOrderId: "salesorder",
      OpportunityId: "opportunity",
      PriceLevelId: "pricelevel",
      AccountId: "account",
      ContactId: "contact",
    },
    states: [
      "0 Active; 1 Closed (deprecated); 2 Paid; 3 Canceled",
      "1 New; 2 Partially Shipped; 4 Billed; 7 Complete",
      "3 Canceled (deprecated)",
      "100001 Complete; 100002 Partial",
      "100003 Canceled",
    ],
  },
  {
    schemaName: "InvoiceDetail",
    objectTypeCode: 1091,
    primaryName: "ProductDescription",
    ownership: "None",
    texts: "ProductDescription:500 InvoiceDetailName",
    ...ORDER_LINE_COLUMNS,
    lookups: { InvoiceId: "invoice", ProductId: "product", UoMId: "uom" },
  },
];

/** Each function creates a new definition. */
export const ORDER_TABLES: readonly (() => TableMetadata)[] = DEFINITIONS.map(
  (definition) => () => defineTable(definition),
);
