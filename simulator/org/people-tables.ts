// Defines the tables of users, teams, business units and contacts.
import {
  boolean,
  guid,
  integer,
  lookup,
  memo,
  picklist,
  stateAndStatus,
  text,
  type Column,
} from "./columns.ts";
import { ACTIVE_STATUSES, ownershipColumns, READ_ONLY, tableMetadata } from "./table-helpers.ts";
import { auditColumns, defineColumns, type ColumnDefinitions } from "./table-definition.ts";
import type { TableMetadata } from "./table.ts";

const REFUSALS =
  "DoNotEMail DoNotPhone DoNotFax DoNotPostalMail DoNotBulkEMail DoNotBulkPostalMail DoNotSendMM";

const CONTACT: ColumnDefinitions = {
  texts:
    "FirstName:50 MiddleName:50 LastName:50 NickName Salutation Suffix:10 JobTitle Department Fax:50 EmployeeId:50 " +
    "GovernmentId:50 ManagerName AssistantName SpousesName ChildrensNames:255 Company:50 ExternalUserIdentifier:50 " +
    "YomiFullName:450 YomiFirstName:150 YomiMiddleName:150 YomiLastName:150 TraversedPath:1250",
  emails: "EMailAddress1 EMailAddress2 EMailAddress3",
  phones:
    "Telephone1:50 Telephone2:50 Telephone3:50 MobilePhone:50 Pager:50 Home2:50 Business2:50 Callback:50 ManagerPhone:50 AssistantPhone:50",
  urls: "WebSiteUrl:200 FtpSiteUrl:200",
  memos: "Description",
  money: "AnnualIncome CreditLimit Aging30 Aging60 Aging90",
  integers: "NumberOfChildren OnHoldTime",
  userLocalDates: "LastUsedInCampaign",
  dateTimes: "LastOnHoldTime",
  calendarDates: "BirthDate Anniversary",
  booleans: `${REFUSALS} CreditOnHold FollowEmail IsBackofficeCustomer MarketingOnly Merged ParticipatesInWorkflow`,
  guids: "ProcessId StageId SubscriptionId EntityImageId",
  choices: {
    AccountRoleCode: "1 Decision Maker; 2 Employee; 3 Influencer",
    CustomerSizeCode: "*1 Default Value",
    CustomerTypeCode: "*1 Default Value",
    EducationCode: "*1 Default Value",
    FamilyStatusCode: "1 Single; 2 Married; 3 Divorced; 4 Widowed",
    GenderCode: "1 Male; 2 Female",
    HasChildrenCode: "*1 Default Value",
    LeadSourceCode: "*1 Default Value",
    PaymentTermsCode: "1 Net 30; 2 2% 10, Net 30; 3 Net 45; 4 Net 60",
    PreferredAppointmentDayCode:
      "0 Sunday; 1 Monday; 2 Tuesday; 3 Wednesday; 4 Thursday; 5 Friday; 6 Saturday",
    PreferredAppointmentTimeCode: "1 Morning; 2 Afternoon; 3 Evening",
    PreferredContactMethodCode: "*1 Any; 2 Email; 3 Phone; 4 Fax; 5 Mail",
    ShippingMethodCode: "*1 Default Value",
    TerritoryCode: "*1 Default Value",
  },
  lookups: {
    AccountId: "account",
    ParentContactId: "contact",
    MasterId: "contact",
    PreferredSystemUserId: "systemuser",
    SLAId: "sla",
    SLAInvokedId: "sla",
  },
  addresses: 3,
};

const USER: ColumnDefinitions = {
  texts:
    "MiddleName:50 NickName:50 JobTitle Salutation:20 EmployeeId WindowsLiveID:1024 DisabledReason:500 YammerUserId:128",
  emails: "PersonalEMailAddress MobileAlertEMail",
  phones: "HomePhone:50 MobilePhone:64",
  urls: "PhotoUrl:200",
  booleans: "DefaultFiltersPopulated IsEmailAddressApprovedByO365Admin",
  choices: {
    InviteStatusCode: "*0 Invitation Not Sent; 1 Invited; 4 Invitation Accepted",
    IncomingEmailDeliveryMethod:
      "0 None; 1 Microsoft Dynamics 365 for Outlook; *2 Server-Side Synchronization or Email Router",
    OutgoingEmailDeliveryMethod:
      "0 None; 1 Microsoft Dynamics 365 for Outlook; *2 Server-Side Synchronization or Email Router",
    EmailRouterAccessApproval: "*0 Empty; 1 Approved; 2 Pending Approval; 3 Rejected",
    PreferredPhoneCode: "*1 Main Phone; 2 Other Phone; 3 Home Phone; 4 Mobile Phone",
    PreferredAddressCode: "*1 Mailing Address; 2 Other Address",
    PreferredEmailCode: "*1 Default Value",
  },
  lookups: {
    TerritoryId: "territory",
    QueueId: "queue",
    CalendarId: "calendar",
    TransactionCurrencyId: "transactioncurrency",
  },
  addresses: 2,
};

/** Captured definitions of these tables lack some columns that others have. */
function without(names: RegExp, columns: readonly Column[]): Column[] {
  return columns.filter(({ logicalName }) => !names.test(logicalName));
}

/** Each function creates a new definition. */
export const PEOPLE_TABLES: readonly (() => TableMetadata)[] = [
  () =>
    tableMetadata(
      {
        logicalName: "contact",
        entitySet: "contacts",
        schemaName: "Contact",
        label: "Contact",
        objectTypeCode: 2,
        primaryName: "fullname",
        ownership: "UserOwned",
        changeTracking: true,
      },
      [
        guid("ContactId|Contact", { required: "SystemRequired", update: false }),
        text("FullName|Full Name", 160, "Text", READ_ONLY),
        ...defineColumns(CONTACT),
        ...lookup("ParentCustomerId|Company Name", ["account", "contact"], "both", { type: "Customer" }),
        ...stateAndStatus("0 Active; 1 Inactive", ACTIVE_STATUSES),
        ...ownershipColumns(),
        ...auditColumns("UserOwned"),
      ],
    ),
  () =>
    tableMetadata(
      {
        logicalName: "systemuser",
        entitySet: "systemusers",
        schemaName: "SystemUser",
        label: "User",
        objectTypeCode: 8,
        supertype: "owner",
        primaryName: "fullname",
        ownership: "BusinessOwned",
        changeTracking: true,
      },
      [
        guid("SystemUserId|User", { required: "SystemRequired", update: false }),
        guid("OwnerId", READ_ONLY),
        text("FullName|Full Name", 200, "Text", READ_ONLY),
        text("FirstName|First Name", 256),
        text("LastName|Last Name", 256),
        text("YomiFullName|Yomi Full Name", 200, "PhoneticGuide", READ_ONLY),
        text("DomainName|User Name", 1024),
        text("InternalEMailAddress|Primary Email", 100, "Email"),
        text("Title|Title", 128),
        text("ApplicationIdUri|Application ID URI", 1024),
        guid("AzureActiveDirectoryObjectId|Azure AD Object ID"),
        guid("ApplicationId|Application ID"),
        guid("OrganizationId|Organization", READ_ONLY),
        ...boolean("IsDisabled|Status", "Disabled", "Enabled", { update: false }),
        ...boolean("IsLicensed|User Licensed"),
        ...boolean("SetupUser|Restricted Access Mode"),
        ...boolean("IsIntegrationUser|Integration user mode"),
        ...boolean("DisplayInServiceViews|Display in Service Views"),
        ...picklist(
          "AccessMode|Access Mode",
          "0 Read-Write; 1 Administrative; 2 Read; 3 Support User; 4 Non-interactive; 5 Delegated Admin",
          0,
        ),
        ...picklist(
          "CALType|License Type",
          "0 Professional; 1 Administrative; 2 Basic; 3 Device Professional; 4 Device Basic; 5 Essential; 6 Device Essential; " +
            "7 Enterprise; 8 Device Enterprise; 9 Sales; 10 Service; 11 Field Service; 12 Project Service",
          0,
        ),
        integer("UserLicenseType|User License Type"),
        ...lookup("BusinessUnitId|Business Unit", "businessunit", "name"),
        ...lookup("ParentSystemUserId|Manager", "systemuser"),
        ...lookup("PositionId|Position", "position", "name"),
        ...without(/freightterms|primarycontactname/, defineColumns(USER)),
        ...auditColumns("BusinessOwned"),
      ],
    ),
  () =>
    tableMetadata(
      {
        logicalName: "team",
        entitySet: "teams",
        schemaName: "Team",
        label: "Team",
        objectTypeCode: 9,
        supertype: "owner",
        primaryName: "name",
        ownership: "BusinessOwned",
        changeTracking: true,
      },
      [
        guid("TeamId|Team", { required: "SystemRequired", update: false }),
        guid("OwnerId", READ_ONLY),
        text("Name|Team Name", 160, "Text", { required: "ApplicationRequired" }),
        memo("Description|Description", 2000),
        text("EMailAddress|Email", 100, "Email"),
        ...picklist("TeamType|Team Type", "0 Owner; 1 Access; 2 Security Group; 3 Office Group", 0),
        ...boolean("IsDefault|Is Default", "Yes", "No", READ_ONLY),
        guid("AzureActiveDirectoryObjectId|Object Id for a group"),
        guid("OrganizationId|Organization", READ_ONLY),
        ...lookup("AdministratorId|Administrator", "systemuser"),
        ...lookup("BusinessUnitId|Business Unit", "businessunit", "name"),
        ...defineColumns({
          texts: "YomiName:160",
          guids: "TeamTemplateId ProcessId StageId",
          choices: { MembershipType: "*0 Members and guests; 1 Members; 2 Owners; 3 Guests" },
          lookups: {
            QueueId: "queue",
            RegardingObjectId: "opportunity",
            TransactionCurrencyId: "transactioncurrency",
          },
        }),
        ...auditColumns("BusinessOwned"),
      ],
    ),
  () =>
    tableMetadata(
      {
        logicalName: "businessunit",
        entitySet: "businessunits",
        schemaName: "BusinessUnit",
        label: "Business Unit",
        objectTypeCode: 10,
        primaryName: "name",
        ownership: "BusinessOwned",
      },
      [
        guid("BusinessUnitId|Business Unit", { required: "SystemRequired", update: false }),
        text("Name|Name", 160, "Text", { required: "ApplicationRequired" }),
        text("DivisionName|Division", 100),
        ...boolean("IsDisabled|Is Disabled", "Yes", "No", READ_ONLY),
        ...lookup("ParentBusinessUnitId|Parent Business", "businessunit", "name"),
        ...lookup("OrganizationId|Organization", "organization", "name", READ_ONLY),
        ...without(/freightterms|primarycontactname|composite|timezone/, [
          ...defineColumns({
            texts: "CostCenter FileAsName",
            emails: "EMailAddress",
            urls: "WebSiteUrl:200",
            memos: "Description",
            lookups: { CalendarId: "calendar", TransactionCurrencyId: "transactioncurrency" },
            addresses: 2,
          }),
          ...auditColumns("BusinessOwned"),
        ]),
      ],
    ),
];
