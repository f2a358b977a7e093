// What is sold and for how much: products, price lists, quotes, orders, invoices.
import { sketchedTable, type TableSketch } from "./table-definition.ts";
import type { TableFacts } from "./table.ts";

const ACTIVE = ["0 Active; 1 Inactive", "1 Active", "2 Inactive"] as const;
/** What quotes, orders and invoices add up to, and where they go. */
const TOTALS = "TotalAmount TotalLineItemAmount TotalTax DiscountAmount FreightAmount TotalAmountLessFreight";
const PLACES =
  "BillTo_Name BillTo_Line1 BillTo_City BillTo_Country BillTo_PostalCode BillTo_StateOrProvince BillTo_Composite:1000 " +
  "ShipTo_Name ShipTo_Line1 ShipTo_City ShipTo_Country ShipTo_PostalCode ShipTo_StateOrProvince ShipTo_Composite:1000";
const DEAL = {
  money: TOTALS,
  decimals: "DiscountPercentage",
  memos: "Description",
  customers: "CustomerId",
  choices: { PaymentTermsCode: "1 Net 30; 2 2% 10, Net 30; 3 Net 45; 4 Net 60", PricingErrorCode: "*0 None" },
} as const;
const LINE = {
  decimals: "Quantity",
  memos: "Description",
  money: "PricePerUnit BaseAmount ExtendedAmount Tax ManualDiscountAmount VolumeDiscountAmount",
  wholes: "LineItemNumber SequenceNumber",
  flags: "IsPriceOverridden IsProductOverridden",
} as const;

const SKETCHES: readonly TableSketch[] = [
  {
    table: "OpportunityProduct",
    code: 1083,
    name: "ProductDescription",
    owned: "None",
    texts: "ProductDescription:500 ProductName:500 OpportunityProductName:500",
    ...LINE,
    lookups: { OpportunityId: "opportunity", ProductId: "product", UoMId: "uom" },
  },
  {
    table: "Product",
    code: 1024,
    name: "Name",
    owned: "OrganizationOwned",
    texts: "Name ProductNumber VendorName VendorPartNumber SupplierName",
    memos: "Description",
    money: "Price StandardCost CurrentCost",
    decimals: "QuantityOnHand StockVolume StockWeight",
    wholes: "QuantityDecimal",
    flags: "IsStockItem IsKit",
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
    table: "PriceLevel",
    label: "Price List",
    code: 1022,
    name: "Name",
    owned: "OrganizationOwned",
    texts: "Name",
    memos: "Description",
    days: "BeginDate EndDate",
    lookups: { TransactionCurrencyId: "transactioncurrency" },
    states: ["0 Active; 1 Inactive", "100001 Active", "100002 Inactive"],
  },
  {
    table: "UoM",
    label: "Unit",
    code: 1055,
    name: "Name",
    owned: "None",
    texts: "Name",
    decimals: "Quantity",
    lookups: { BaseUoM: "uom", UoMScheduleId: "uomschedule" },
  },
  {
    table: "UoMSchedule",
    label: "Unit Group",
    code: 1056,
    name: "Name",
    owned: "OrganizationOwned",
    texts: "Name BaseUoMName",
    states: ACTIVE,
  },
  {
    table: "Quote",
    code: 1084,
    name: "Name",
    owned: "UserOwned",
    texts: `Name:300 QuoteNumber ${PLACES}`,
    ...DEAL,
    wholes: "RevisionNumber",
    days: "EffectiveFrom EffectiveTo ClosedOn ExpiresOn RequestDeliveryBy",
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
    table: "QuoteDetail",
    code: 1085,
    name: "ProductDescription",
    owned: "None",
    texts: "ProductDescription:500 QuoteDetailName",
    ...LINE,
    lookups: { QuoteId: "quote", ProductId: "product", UoMId: "uom" },
  },
  {
    table: "SalesOrder",
    label: "Order",
    code: 1088,
    name: "Name",
    owned: "UserOwned",
    texts: `Name:300 OrderNumber ${PLACES}`,
    ...DEAL,
    days: "DateFulfilled SubmitDate RequestDeliveryBy",
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
    table: "SalesOrderDetail",
    code: 1089,
    name: "ProductDescription",
    owned: "None",
    texts: "ProductDescription:500 SalesOrderDetailName",
    ...LINE,
    lookups: { SalesOrderId: "salesorder", ProductId: "product", UoMId: "uom" },
  },
  {
    table: "Invoice",
    code: 1090,
    name: "Name",
    owned: "UserOwned",
    texts: `Name:300 InvoiceNumber ${PLACES}`,
    ...DEAL,
    days: "DateDelivered DueDate",
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
    table: "InvoiceDetail",
    code: 1091,
    name: "ProductDescription",
    owned: "None",
    texts: "ProductDescription:500 InvoiceDetailName",
    ...LINE,
    lookups: { InvoiceId: "invoice", ProductId: "product", UoMId: "uom" },
  },
];

/** Each makes a fresh definition. */
export const ORDER_TABLES: readonly (() => TableFacts)[] = SKETCHES.map(
  (sketch) => () => sketchedTable(sketch),
);
