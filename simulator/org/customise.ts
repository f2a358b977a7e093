// Customises an organisation: adds columns to account of every kind that companies add, including
// difficult ones: shared and own option sets, multi-select, calendar dates, wall clock times,
// secured, calculated and rolled-up values, missing labels.
import type { Choice, ColumnProperties } from "./columns.ts";
import type { Org } from "./org.ts";

// Publishers number their choices from their own prefix; labels repeat and are not in order of
// value.
const TIERS: readonly Choice[] = [
  { value: 808620002, label: "Gold" },
  { value: 808620000, label: "Bronze" },
  { value: 808620001, label: "Silver" },
  { value: 808620003, label: "Gold" },
];
const PRODUCTS: readonly Choice[] = [
  { value: 100000000, label: "Inbox" },
  { value: 100000001, label: "Chat, voice" },
  { value: 100000002, label: "Analytics; advanced" },
  { value: 100000003, label: "API" },
];
const SEGMENTS: readonly Choice[] = [
  { value: 1, label: "Enterprise" },
  { value: 2, label: "Mid-market" },
  { value: 3, label: null },
];

const COLUMNS: readonly ColumnProperties[] = [
  { schemaName: "new_Tier", type: "Picklist", label: "Tier", choices: TIERS },
  {
    schemaName: "new_Segment",
    type: "Picklist",
    label: "Segment",
    choices: SEGMENTS,
    optionSet: { name: "new_segment", global: true },
  },
  { schemaName: "new_Products", type: "MultiSelectPicklist", label: "Products", choices: PRODUCTS },
  {
    schemaName: "new_IsStrategic",
    type: "Boolean",
    label: "Strategic",
    choices: [
      { value: 1, label: "Strategic" },
      { value: 0, label: "Standard" },
    ],
  },
  {
    schemaName: "new_RenewalDate",
    type: "DateTime",
    label: "Renewal",
    format: "DateOnly",
    dateBehavior: "DateOnly",
  },
  {
    schemaName: "new_GoLive",
    type: "DateTime",
    label: "Go-live",
    format: "DateAndTime",
    dateBehavior: "TimeZoneIndependent",
  },
  {
    schemaName: "new_Founded",
    type: "DateTime",
    label: "Founded",
    format: "DateOnly",
    dateBehavior: "UserLocal",
  },
  { schemaName: "new_HealthScore", type: "Double", label: "Health score", precision: 2, min: 0, max: 100 },
  { schemaName: "new_Discount", type: "Decimal", label: "Discount", precision: 4, min: 0, max: 1 },
  { schemaName: "new_Arr", type: "Money", label: "ARR", precision: 2 },
  {
    schemaName: "new_Arr_Base",
    type: "Money",
    label: "ARR (Base)",
    precision: 4,
    calculationOf: "new_arr",
    create: false,
    update: false,
  },
  { schemaName: "new_ResponseTime", type: "Integer", label: "Response time", format: "Duration", min: 0 },
  { schemaName: "new_Csm", type: "Lookup", label: "Success manager", targets: ["systemuser"] },
  { schemaName: "new_Payer", type: "Customer", label: "Payer", targets: ["account", "contact"] },
  { schemaName: "new_Contract", type: "File", label: "Contract" },
  { schemaName: "new_Logo", type: "Image", label: "Logo" },
  {
    schemaName: "new_TaxId",
    type: "String",
    label: "Tax ID",
    maxLength: 40,
    formatName: "Text",
    secured: true,
  },
  { schemaName: "new_Notes", type: "Memo", label: "Notes", maxLength: 10000, formatName: "RichText" },
  {
    schemaName: "new_WeightedScore",
    type: "Double",
    label: "Weighted score",
    precision: 2,
    sourceType: 1,
    create: false,
    update: false,
  },
  {
    schemaName: "new_OpenTickets",
    type: "Integer",
    label: "Open tickets",
    sourceType: 2,
    create: false,
    update: false,
  },
  {
    schemaName: "new_DisplayName",
    type: "String",
    label: "Display name",
    maxLength: 200,
    formatName: "Text",
    sourceType: 3,
    create: false,
    update: false,
  },
  // Has a French label only, so that users who read English see none.
  {
    schemaName: "new_CodeInterne",
    type: "String",
    otherLabels: { 1036: "Code interne" },
    maxLength: 50,
    formatName: "Text",
  },
  { schemaName: "new_Unlabelled", type: "String", maxLength: 100, formatName: "Text" },
  {
    schemaName: "new_SupportPortal",
    type: "String",
    label: "Support portal",
    maxLength: 200,
    format: "Url",
    formatName: "Url",
  },
];

/**
 * Adds the columns. Existing rows have no values in them; new rows get the defaults.
 * @returns their logical names
 */
export function customiseOrg(org: Org): string[] {
  return COLUMNS.map((facts) => org.addColumn({ custom: true, ...facts }).logicalName);
}
