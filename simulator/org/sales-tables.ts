// Defines the tables of the Sales app: leads, opportunities and related ones.
import { defineTable, type TableDefinition } from "./table-definition.ts";
import type { TableMetadata } from "./table.ts";

const RATING = "1 Hot; *2 Warm; 3 Cold";
const SOURCES =
  "1 Advertisement; 2 Employee Referral; 3 External Referral; 4 Partner; 5 Public Relations; 6 Seminar; 7 Trade Show; 8 Web; 9 Word of Mouth; 10 Other";

const DEFINITIONS: readonly TableDefinition[] = [
  {
    schemaName: "Lead",
    objectTypeCode: 4,
    primaryName: "FullName",
    ownership: "UserOwned",
    texts:
      "FullName:160 Subject:300 FirstName:50 MiddleName:50 LastName:50 YomiFullName:450 CompanyName JobTitle Salutation SIC:20 Fax:50 LeadSourceName",
    emails: "EMailAddress1 EMailAddress2 EMailAddress3",
    phones: "Telephone1:50 Telephone2:50 Telephone3:50 MobilePhone:20 Pager:20",
    urls: "WebSiteUrl:200",
    memos: "Description QualificationComments",
    money: "BudgetAmount EstimatedAmount Revenue",
    integers: "NumberOfEmployees",
    doubles: "EstimatedValue",
    userLocalDates:
      "EstimatedCloseDate LastUsedInCampaign ScheduleFollowUp_Prospect ScheduleFollowUp_Qualify",
    dateTimes: "LastOnHoldTime",
    booleans:
      "DoNotEMail DoNotPhone DoNotFax DoNotPostalMail DoNotBulkEMail DoNotSendMM ConfirmInterest DecisionMaker EvaluateFit Merged ParticipatesInWorkflow FollowEmail",
    guids: "ProcessId StageId",
    choices: {
      LeadQualityCode: RATING,
      LeadSourceCode: SOURCES,
      IndustryCode: "1 Accounting; 7 Consulting; 16 Financial; 20 Insurance; 33 Wholesale",
      PriorityCode: "*1 Default Value",
      SalesStageCode: "*1 Default Value",
      BudgetStatus: "0 No Committed Budget; 1 May Buy; 2 Can Buy; 3 Will Buy",
      Need: "0 Must have; 1 Should have; 2 Good to have; 3 No need",
      PurchaseTimeFrame: "0 Immediate; 1 This Quarter; 2 Next Quarter; 3 This Year; 4 Unknown",
      PurchaseProcess: "0 Individual; 1 Committee; 2 Unknown",
      InitialCommunication: "0 Contacted; 1 Not Contacted",
      PreferredContactMethodCode: "*1 Any; 2 Email; 3 Phone; 4 Fax; 5 Mail",
    },
    lookups: {
      ParentAccountId: "account",
      ParentContactId: "contact",
      AccountId: "account",
      ContactId: "contact",
      CampaignId: "campaign",
      QualifyingOpportunityId: "opportunity",
      OriginatingCaseId: "incident",
      MasterId: "lead",
      SLAId: "sla",
    },
    customers: "CustomerId",
    addresses: 2,
    states: [
      "0 Open; 1 Qualified; 2 Disqualified",
      "1 New; 2 Contacted",
      "3 Qualified",
      "4 Lost; 5 Cannot Contact; 6 No Longer Interested; 7 Canceled",
    ],
  },
  {
    schemaName: "Opportunity",
    objectTypeCode: 3,
    primaryName: "Name",
    ownership: "UserOwned",
    texts: "Name:300 StepName:200 StageName SalesStageName TraversedPath:1250",
    emails: "EmailAddress",
    memos:
      "Description CustomerNeed CustomerPainPoints CurrentSituation ProposedSolution QualificationComments QuoteComments",
    money: `EstimatedValue ActualValue BudgetAmount TotalAmount TotalLineItemAmount TotalTax FreightAmount DiscountAmount TotalAmountLessFreight TotalLineItemDiscountAmount TotalDiscountAmount`,
    decimals: "DiscountPercentage",
    integers: "CloseProbability",
    userLocalDates:
      "EstimatedCloseDate ActualCloseDate FinalDecisionDate ScheduleFollowup_Prospect ScheduleFollowup_Qualify ScheduleProposalMeeting",
    dateTimes: "LastOnHoldTime",
    booleans:
      "IsRevenueSystemCalculated CaptureProposalFeedback CompleteFinalProposal CompleteInternalReview ConfirmInterest DecisionMaker DevelopProposal EvaluateFit FileDebrief IdentifyCompetitors IdentifyCustomerContacts IdentifyPursuitTeam ParticipatesInWorkflow PresentFinalProposal PresentProposal PursuitDecision ResolveFeedback SendThankYouNote",
    guids: "ProcessId StageId StepId",
    choices: {
      OpportunityRatingCode: RATING,
      SalesStageCode: "*1 Default Value",
      SalesStage: "0 Qualify; 1 Develop; 2 Propose; 3 Close",
      PriorityCode: "*1 Default Value",
      BudgetStatus: "0 No Committed Budget; 1 May Buy; 2 Can Buy; 3 Will Buy",
      Need: "0 Must have; 1 Should have; 2 Good to have; 3 No need",
      PurchaseTimeframe: "0 Immediate; 1 This Quarter; 2 Next Quarter; 3 This Year; 4 Unknown",
      PurchaseProcess: "0 Individual; 1 Committee; 2 Unknown",
      InitialCommunication: "0 Contacted; 1 Not Contacted",
      TimeLine: "0 Immediate; 1 This Quarter; 2 Next Quarter; 3 This Year; 4 Not known",
      msdyn_forecastcategory:
        "100000001 Pipeline; 100000002 Best case; 100000003 Committed; 100000004 Omitted; 100000005 Won; 100000006 Lost",
    },
    lookups: {
      ParentAccountId: "account",
      ParentContactId: "contact",
      AccountId: "account",
      ContactId: "contact",
      OriginatingLeadId: "lead",
      CampaignId: "campaign",
      PriceLevelId: "pricelevel",
      SLAId: "sla",
    },
    customers: "CustomerId",
    states: ["0 Open; 1 Won; 2 Lost", "1 In Progress; 2 On Hold", "3 Won", "4 Canceled; 5 Out-Sold"],
  },
  {
    schemaName: "Competitor",
    objectTypeCode: 123,
    primaryName: "Name",
    ownership: "OrganizationOwned",
    texts: "Name StockExchange:20 TickerSymbol:10",
    urls: "WebSiteUrl:200",
    memos: "Overview Strengths Weaknesses Opportunities Threats WinPercentage",
    money: "ReportedRevenue",
    integers: "ReportingYear ReportingQuarter",
    addresses: 2,
  },
  {
    schemaName: "CustomerOpportunityRole",
    objectTypeCode: 4503,
    ownership: "UserOwned",
    memos: "Description",
    lookups: { OpportunityId: "opportunity", OpportunityRoleId: "relationshiprole" },
    customers: "CustomerId",
  },
  {
    schemaName: "CustomerRelationship",
    objectTypeCode: 4502,
    ownership: "UserOwned",
    memos: "CustomerRoleDescription PartnerRoleDescription",
    customers: "CustomerId PartnerId",
  },
  {
    schemaName: "Territory",
    objectTypeCode: 2013,
    primaryName: "Name",
    ownership: "OrganizationOwned",
    texts: "Name:200",
    memos: "Description",
    lookups: {
      ManagerId: "systemuser",
      ParentTerritoryId: "territory",
      TransactionCurrencyId: "transactioncurrency",
    },
  },
];

/** Each function creates a new definition. */
export const SALES_TABLES: readonly (() => TableMetadata)[] = DEFINITIONS.map(
  (definition) => () => defineTable(definition),
);
