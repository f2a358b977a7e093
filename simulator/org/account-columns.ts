// Defines the columns of the account table of an environment without further apps, with Dataverse's
// labels, types, limits and choices. Of 215 columns 147 can be read by themselves; the rest are
// companions (`industrycodename`) and write-only columns.
import {
  boolean,
  column,
  companion,
  dateTime,
  guid,
  integer,
  lookup,
  memo,
  money,
  picklist,
  stateAndStatus,
  text,
  type Column,
} from "./columns.ts";

const READ_ONLY = { create: false, update: false } as const;
const LOGICAL = { logical: true } as const;
const ONE_CHOICE = "1 Default Value";

const INDUSTRIES =
  "1 Accounting; 2 Agriculture and Non-petrol Natural Resource Extraction; 3 Broadcasting Printing and Publishing; 4 Brokers; " +
  "5 Building Supply Retail; 6 Business Services; 7 Consulting; 8 Consumer Services; 9 Design, Direction and Creative Management; " +
  "10 Distributors, Dispatchers and Processors; 11 Doctor's Offices and Clinics; 12 Durable Manufacturing; 13 Eating and Drinking Places; " +
  "14 Entertainment Retail; 15 Equipment Rental and Leasing; 16 Financial; 17 Food and Tobacco Processing; " +
  "18 Inbound Capital Intensive Processing; 19 Inbound Repair and Services; 20 Insurance; 21 Legal Services; " +
  "22 Non-Durable Merchandise Retail; 23 Outbound Consumer Service; 24 Petrochemical Extraction and Distribution; 25 Service Retail; " +
  "26 SIG Affiliations; 27 Social Services; 28 Special Outbound Trade Contractors; 29 Specialty Realty; 30 Transportation; " +
  "31 Utility Creation and Distribution; 32 Vehicle Retail; 33 Wholesale";
const RELATIONSHIPS =
  "1 Competitor; 2 Consultant; 3 Customer; 4 Investor; 5 Partner; 6 Influencer; 7 Press; 8 Prospect; 9 Reseller; 10 Supplier; 11 Vendor; 12 Other";

function choiceColumns(): Column[] {
  return [
    ...picklist("AccountCategoryCode|Category", "1 Preferred Customer; 2 Standard"),
    ...picklist("AccountClassificationCode|Classification", ONE_CHOICE, 1),
    ...picklist("AccountRatingCode|Account Rating", ONE_CHOICE, 1),
    ...picklist("BusinessTypeCode|Business Type", ONE_CHOICE, 1),
    ...picklist("CustomerSizeCode|Customer Size", ONE_CHOICE, 1),
    ...picklist("CustomerTypeCode|Relationship Type", RELATIONSHIPS),
    ...picklist("IndustryCode|Industry", INDUSTRIES),
    ...picklist("OwnershipCode|Ownership", "1 Public; 2 Private; 3 Subsidiary; 4 Other"),
    ...picklist("PaymentTermsCode|Payment Terms", "1 Net 30; 2 2% 10, Net 30; 3 Net 45; 4 Net 60"),
    ...picklist(
      "PreferredAppointmentDayCode|Preferred Day",
      "0 Sunday; 1 Monday; 2 Tuesday; 3 Wednesday; 4 Thursday; 5 Friday; 6 Saturday",
    ),
    ...picklist("PreferredAppointmentTimeCode|Preferred Time", "1 Morning; 2 Afternoon; 3 Evening"),
    ...picklist(
      "PreferredContactMethodCode|Preferred Method of Contact",
      "1 Any; 2 Email; 3 Phone; 4 Fax; 5 Mail",
      1,
    ),
    ...picklist("ShippingMethodCode|Shipping Method", ONE_CHOICE, 1),
    ...picklist("TerritoryCode|Territory Code", ONE_CHOICE, 1),
    ...stateAndStatus("0 Active; 1 Inactive", ["1 Active", "2 Inactive"]),
  ];
}

function twoOptions(): Column[] {
  const refusals = ["Do Not Allow", "Allow"] as const;
  return [
    ...boolean("CreditOnHold|Credit Hold"),
    ...boolean("DoNotBulkEMail|Do not allow Bulk Emails", ...refusals),
    ...boolean("DoNotBulkPostalMail|Do not allow Bulk Mails"),
    ...boolean("DoNotEMail|Do not allow Emails", ...refusals),
    ...boolean("DoNotFax|Do not allow Faxes", ...refusals),
    ...boolean("DoNotPhone|Do not allow Phone Calls", ...refusals),
    ...boolean("DoNotPostalMail|Do not allow Mails", ...refusals),
    ...boolean("DoNotSendMM|Send Marketing Materials", "Do Not Send", "Send", {
      companionName: "DoNotSendMarketingMaterialName",
    }),
    ...boolean("FollowEmail|Follow Email Activity", "Allow", "Do Not Allow"),
    ...boolean("IsPrivate", "Yes", "No", { readable: false, odata: false, ...READ_ONLY }),
    ...boolean("MarketingOnly|Marketing Only"),
    ...boolean("Merged|Merged", "Yes", "No", READ_ONLY),
    ...boolean("ParticipatesInWorkflow|Participates in Workflow"),
  ];
}

function lookups(): Column[] {
  const owner = lookup("OwnerId|Owner", ["systemuser", "team"], "both", {
    type: "Owner",
    required: "SystemRequired",
  });
  const [ownerId] = owner;
  return [
    ...lookup("CreatedBy|Created By", "systemuser", "both", READ_ONLY),
    ...lookup("CreatedByExternalParty|Created By (External Party)", "externalparty", "both", READ_ONLY),
    ...lookup("CreatedOnBehalfBy|Created By (Delegate)", "systemuser", "both", READ_ONLY),
    ...lookup("MasterId|Master ID", "account", "both", { ...READ_ONLY, companionName: "MasterAccountId" }),
    ...lookup("ModifiedBy|Modified By", "systemuser", "both", READ_ONLY),
    ...lookup("ModifiedByExternalParty|Modified By (External Party)", "externalparty", "both", READ_ONLY),
    ...lookup("ModifiedOnBehalfBy|Modified By (Delegate)", "systemuser", "both", READ_ONLY),
    ...lookup("msa_managingpartnerid|Managing Partner", "account"),
    ...owner,
    ...(ownerId
      ? [{ ...companion(ownerId, "OwnerIdType", "EntityName"), logical: false, create: true, update: true }]
      : []),
    ...lookup("OwningBusinessUnit|Owning Business Unit", "businessunit", "name", READ_ONLY),
    ...lookup("OwningTeam|Owning Team", "team", "none", { ...READ_ONLY, ...LOGICAL }),
    ...lookup("OwningUser|Owning User", "systemuser", "none", { ...READ_ONLY, ...LOGICAL }),
    ...lookup("ParentAccountId|Parent Account", "account"),
    ...lookup("PreferredSystemUserId|Preferred User", "systemuser"),
    ...lookup("PrimaryContactId|Primary Contact", "contact"),
    ...lookup("SLAId|SLA", "sla", "name", { companionName: "SLA" }),
    ...lookup("SLAInvokedId|Last SLA applied", "sla", "name", READ_ONLY),
    ...lookup("TransactionCurrencyId|Currency", "transactioncurrency", "name"),
  ];
}

function texts(): Column[] {
  return [
    text("Name|Account Name", 160, "Text", { required: "ApplicationRequired" }),
    text("AccountNumber|Account Number", 20),
    text("Adx_CreatedByIPAddress|Created By (IP Address)", 100, "Text", { custom: true }),
    text("Adx_CreatedByUsername|Created By (User Name)", 100, "Text", { custom: true }),
    text("Adx_ModifiedByIPAddress|Modified By (IP Address)", 100, "Text", { custom: true }),
    text("Adx_ModifiedByUsername|Modified By (User Name)", 100, "Text", { custom: true }),
    text("EMailAddress1|Email", 100, "Email"),
    text("EMailAddress2|Email Address 2", 100, "Email"),
    text("EMailAddress3|Email Address 3", 100, "Email"),
    text("Fax|Fax", 50),
    text("FtpSiteURL|FTP Site", 200, "Url"),
    text("PrimarySatoriId|Primary Satori ID", 200),
    text("PrimaryTwitterId|Primary Twitter ID", 128),
    text("SIC|SIC Code", 20),
    text("StockExchange|Stock Exchange", 20),
    text("Telephone1|Main Phone", 50, "Phone"),
    text("Telephone2|Other Phone", 50, "Phone"),
    text("Telephone3|Telephone 3", 50, "Phone"),
    text("TickerSymbol|Ticker Symbol", 10, "TickerSymbol"),
    text("TimeSpentByMeOnEmailAndMeetings|Time Spent by me", 1250, "Text", READ_ONLY),
    text("TraversedPath|(Deprecated) Traversed Path", 1250),
    text("WebSiteURL|Website", 200, "Url"),
    text("YomiName|Yomi Account Name", 160, "PhoneticGuide"),
    memo("Description|Description", 2000),
  ];
}

function numbersAndDates(): Column[] {
  return [
    ...money("Aging30|Aging 30", READ_ONLY),
    ...money("Aging60|Aging 60", READ_ONLY),
    ...money("Aging90|Aging 90", READ_ONLY),
    ...money("CreditLimit|Credit Limit"),
    ...money("MarketCap|Market Capitalization"),
    ...money("Revenue|Annual Revenue"),
    column({
      schemaName: "ExchangeRate",
      type: "Decimal",
      label: "Exchange Rate",
      min: 0.000000000001,
      max: 100000000000,
      precision: 12,
      ...READ_ONLY,
    }),
    integer("ImportSequenceNumber|Import Sequence Number", undefined, undefined, { update: false }),
    integer("NumberOfEmployees|Number of Employees", 0, 1000000000),
    integer("OnHoldTime|On Hold Time (Minutes)", undefined, undefined, READ_ONLY),
    integer("SharesOutstanding|Shares Outstanding", 0, 1000000000),
    integer("TimeZoneRuleVersionNumber|Time Zone Rule Version Number", -1),
    integer("UTCConversionTimeZoneCode|UTC Conversion Time Zone Code", -1),
    dateTime("CreatedOn|Created On", "DateAndTime", READ_ONLY),
    dateTime("ModifiedOn|Modified On", "DateAndTime", READ_ONLY),
    dateTime("LastOnHoldTime|Last On Hold Time"),
    dateTime("LastUsedInCampaign|Last Date Included in Campaign", "DateOnly", { create: false }),
    dateTime("OverriddenCreatedOn|Record Created On", "DateOnly", { update: false }),
  ];
}

function idsAndImage(): Column[] {
  const imageParts = { attributeOf: "entityimageid", ...LOGICAL, ...READ_ONLY };
  return [
    guid("AccountId|Account", { required: "SystemRequired", update: false }),
    guid("ProcessId|Process"),
    guid("StageId|(Deprecated) Process Stage"),
    column({
      schemaName: "VersionNumber",
      type: "BigInt",
      label: "Version Number",
      ...READ_ONLY,
    }),
    guid("EntityImageId|Entity Image Id", READ_ONLY),
    column({
      schemaName: "EntityImage",
      type: "Image",
      label: "Default Image",
      attributeOf: "entityimageid",
      ...LOGICAL,
    }),
    column({ schemaName: "EntityImage_Timestamp", type: "BigInt", custom: false, ...imageParts }),
    text("EntityImage_URL", 200, "Url", { custom: false, ...imageParts }),
  ];
}

/**
 * @param n the second and third address have no specific choices, and labels that follow the
 * pattern
 */
export function address(n: 1 | 2 | 3): Column[] {
  const prefix = `Address${n}_`;
  const part = (name: string, label: string, length: number, format = "Text") =>
    text(
      `${prefix}${name}|${label.startsWith("=") ? label.slice(1) : `Address ${n}: ${label}`}`,
      length,
      format,
      {
        custom: false,
        ...LOGICAL,
      },
    );
  const choice = (name: string, label: string, list: string) =>
    n === 1
      ? picklist(`${prefix}${name}|Address 1: ${label}`, list, -1, { custom: false, ...LOGICAL })
      : picklist(`${prefix}${name}|Address ${n}: ${label}`, ONE_CHOICE, 1, { custom: false, ...LOGICAL });
  const angle = (name: string, limit: number) =>
    column({
      schemaName: `${prefix}${name}`,
      type: "Double",
      label: `Address ${n}: ${name}`,
      min: -limit,
      max: limit,
      precision: 5,
      custom: false,
      ...LOGICAL,
    });
  return [
    guid(`${prefix}AddressId|Address ${n}: ID`, { custom: false, ...LOGICAL }),
    ...choice("AddressTypeCode", "Address Type", "1 Bill To; 2 Ship To; 3 Primary; 4 Other"),
    part("City", "City", 80),
    memo(`${prefix}Composite|Address ${n}`, 1000, { custom: false, ...LOGICAL, ...READ_ONLY }),
    part("Country", "Country/Region", 80),
    part("County", "County", 50),
    part("Fax", "Fax", 50),
    ...choice("FreightTermsCode", "Freight Terms", "1 FOB; 2 No Charge"),
    angle("Latitude", 90),
    part("Line1", "Street 1", 250),
    part("Line2", "Street 2", 250),
    part("Line3", "Street 3", 250),
    angle("Longitude", 180),
    part("Name", "Name", 200),
    part("PostalCode", "ZIP/Postal Code", 20),
    part("PostOfficeBox", "Post Office Box", 20),
    part("PrimaryContactName", "Primary Contact Name", 100),
    ...choice(
      "ShippingMethodCode",
      "Shipping Method",
      "1 Airborne; 2 DHL; 3 FedEx; 4 UPS; 5 Postal Mail; 6 Full Load; 7 Will Call",
    ),
    part("StateOrProvince", "State/Province", 50),
    part("Telephone1", n === 1 ? "=Address Phone" : "Telephone 1", 50, "Phone"),
    part("Telephone2", "Telephone 2", 50, "Phone"),
    part("Telephone3", "Telephone 3", 50, "Phone"),
    part("UPSZone", "UPS Zone", 4),
    integer(`${prefix}UTCOffset|Address ${n}: UTC Offset`, -1500, 1500, {
      format: "TimeZone",
      custom: false,
      ...LOGICAL,
    }),
  ];
}

export function accountColumns(): Column[] {
  return [
    ...choiceColumns(),
    ...twoOptions(),
    ...lookups(),
    ...texts(),
    ...numbersAndDates(),
    ...idsAndImage(),
    ...address(1),
    ...address(2),
  ];
}
