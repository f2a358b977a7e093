// Defines activities: tasks, calls, e-mails and the like, each of which is an activity pointer too,
// and their participants.
import { defineTable, type ColumnDefinitions, type TableDefinition } from "./table-definition.ts";
import type { TableMetadata } from "./table.ts";

const REGARDING =
  "account contact lead opportunity incident campaign campaignactivity contract entitlement invoice quote salesorder knowledgearticle";
const COMMON_LOOKUPS: Readonly<Record<string, string>> = {
  RegardingObjectId: REGARDING,
  SLAId: "sla",
  SLAInvokedId: "sla",
  ServiceId: "service",
};

const COMMON_COLUMNS: ColumnDefinitions = {
  texts: "Subject:400 Category:250 SubCategory:250",
  memos: "Description TraversedPath",
  integers: "ActualDurationMinutes ScheduledDurationMinutes OnHoldTime",
  dateTimes:
    "ActualStart ActualEnd ScheduledStart ScheduledEnd DeliveryLastAttemptedOn LastOnHoldTime SentOn SortDate PostponeActivityProcessingUntil",
  booleans: "IsBilled IsWorkflowCreated IsRegularActivity LeftVoiceMail IsMapiPrivate",
  guids: "ProcessId StageId SeriesId",
  entityNames: "ActivityTypeCode",
  choices: { PriorityCode: "0 Low; *1 Normal; 2 High", DeliveryPriorityCode: "0 Low; *1 Normal; 2 High" },
};
const DIRECTION_FLAG = "DirectionCode";
const OPEN_STATES = "0 Open; 1 Completed; 2 Canceled";

type ActivityDefinition = Pick<TableDefinition, "schemaName" | "objectTypeCode"> & ColumnDefinitions;

const ACTIVITIES: readonly ActivityDefinition[] = [
  {
    schemaName: "Task",
    objectTypeCode: 4212,
    integers: "PercentComplete",
    states: [
      OPEN_STATES,
      "2 Not Started; 3 In Progress; 4 Waiting on someone else; 7 Deferred",
      "5 Completed",
      "6 Canceled",
    ],
  },
  {
    schemaName: "PhoneCall",
    objectTypeCode: 4210,
    booleans: DIRECTION_FLAG,
    texts: "PhoneNumber:200",
    states: [OPEN_STATES, "1 Open", "2 Made; 4 Received", "3 Canceled"],
  },
  {
    schemaName: "Email",
    objectTypeCode: 4202,
    booleans: `${DIRECTION_FLAG} ReadReceiptRequested DeliveryReceiptRequested Compressed IsEmailFollowed`,
    texts:
      "Sender:250 ToRecipients:500 MessageId:320 TrackingToken:50 SubmittedBy:250 MimeType:256 InReplyTo:320",
    integers: "DeliveryAttempts OpenCount LinksClickedCount AttachmentCount ReplyCount",
    dateTimes: "LastOpenedTime",
    guids: "ConversationIndex",
    lookups: {
      EmailSender: "account contact lead systemuser queue",
      SendersAccount: "account",
      ParentActivityId: "email",
    },
    states: [
      OPEN_STATES,
      "1 Draft; 8 Failed",
      "2 Completed; 3 Sent; 4 Received; 6 Pending Send; 7 Sending",
      "5 Canceled",
    ],
  },
  {
    schemaName: "Appointment",
    objectTypeCode: 4201,
    booleans: "IsAllDayEvent IsDraft IsOnlineMeeting",
    texts: "Location:200 GlobalObjectId:300",
    integers: "OutlookOwnerApptId InstanceTypeCode",
    states: [
      "0 Open; 1 Completed; 2 Canceled; 3 Scheduled",
      "1 Free; 2 Tentative",
      "3 Completed",
      "4 Canceled",
      "5 Busy; 6 Out of Office",
    ],
  },
  {
    schemaName: "RecurringAppointmentMaster",
    objectTypeCode: 4251,
    texts: "Location:200",
    userLocalDates: "PatternStartDate PatternEndDate",
    integers: "Occurrences Interval",
    states: [
      "0 Open; 1 Completed; 2 Canceled; 3 Scheduled",
      "1 Free; 2 Tentative",
      "3 Completed",
      "4 Canceled",
      "5 Busy; 6 Out of Office",
    ],
  },
  {
    schemaName: "Fax",
    objectTypeCode: 4204,
    booleans: DIRECTION_FLAG,
    texts: "FaxNumber:200 CoverPageName",
    integers: "NumberOfPages",
    states: [OPEN_STATES, "1 Open", "2 Completed; 3 Sent; 4 Received", "5 Canceled"],
  },
  {
    schemaName: "Letter",
    objectTypeCode: 4207,
    booleans: DIRECTION_FLAG,
    texts: "Address:200",
    states: [OPEN_STATES, "1 Open; 2 Draft", "3 Received; 4 Sent", "5 Canceled"],
  },
  {
    schemaName: "ServiceAppointment",
    objectTypeCode: 4214,
    texts: "Location:500",
    booleans: "IsAllDayEvent",
    lookups: { SiteId: "site" },
    states: [
      "0 Open; 1 Closed; 2 Canceled; 3 Scheduled",
      "1 Requested; 2 Tentative",
      "8 Completed",
      "9 Canceled; 10 No Show",
      "3 Pending; 4 Reserved; 6 In Progress; 7 Arrived",
    ],
  },
  {
    schemaName: "SocialActivity",
    objectTypeCode: 4216,
    booleans: DIRECTION_FLAG,
    texts: "ThreadId InResponseTo",
    doubles: "SentimentValue",
    choices: {
      PriorityCode: "0 Low; *1 Normal; 2 High",
      Community: "0 Other; 1 Facebook; 2 Twitter",
      SocialActivityCode: "1 Public Message; 2 Private Message",
    },
    customers: "PostAuthor PostAuthorAccount",
    states: [OPEN_STATES, "1 Open; 2 Completed; 5 Failed; 6 Processing", "3 Completed", "4 Canceled"],
  },
  {
    schemaName: "CampaignActivity",
    objectTypeCode: 4402,
    money: "ActualCost BudgetedCost",
    choices: {
      TypeCode: "1 Research; 2 Content Preparation; 3 Target Marketing List Creation",
      ChannelTypeCode: "1 Phone; 2 Appointment; 3 Letter; 4 Letter via Mail Merge; 7 Email",
    },
    states: [
      "0 Open; 1 Closed; 2 Canceled",
      "0 In Progress; 1 Proposed; 4 Pending; 5 System Aborted; 6 Completed",
      "2 Closed",
      "3 Canceled",
    ],
  },
  {
    schemaName: "CampaignResponse",
    objectTypeCode: 4401,
    texts: "CompanyName FirstName:50 LastName:50 Fax:50 PromotionCodeName:250",
    emails: "EMailAddress",
    phones: "Telephone:50",
    userLocalDates: "ReceivedOn",
    choices: {
      ResponseCode: "1 Interested; 2 Not Interested; 3 Do Not Send Marketing Materials; 4 Error",
      ChannelTypeCode: "1 Email; 2 Phone; 3 Fax; 4 Letter; 5 Appointment; 6 Others",
    },
    lookups: { OriginatingActivityId: "phonecall email appointment fax letter campaignactivity" },
    states: ["0 Open; 1 Closed; 2 Canceled", "1 Open", "2 Closed", "3 Canceled"],
  },
  {
    schemaName: "BulkOperation",
    objectTypeCode: 4406,
    integers: "SuccessCount FailureCount TargetMembersCount",
    states: [
      "0 Open; 1 Closed; 2 Canceled",
      "0 Pending; 1 In Progress; 2 Aborted",
      "3 Completed",
      "4 Canceled",
    ],
  },
  {
    schemaName: "IncidentResolution",
    objectTypeCode: 4206,
    integers: "TimeSpent",
    lookups: { IncidentId: "incident" },
    states: [OPEN_STATES, "1 Open", "2 Closed", "3 Canceled"],
  },
  {
    schemaName: "OpportunityClose",
    objectTypeCode: 4208,
    money: "ActualRevenue",
    lookups: { OpportunityId: "opportunity", CompetitorId: "competitor" },
    states: [OPEN_STATES, "1 Open", "2 Completed", "3 Canceled"],
  },
];

const ACTIVITY_POINTER: TableDefinition = {
  ...COMMON_COLUMNS,
  schemaName: "ActivityPointer",
  label: "Activity",
  objectTypeCode: 4200,
  primaryId: "ActivityId",
  primaryName: "Subject",
  ownership: "UserOwned",
  lookups: COMMON_LOOKUPS,
  states: [
    "0 Open; 1 Completed; 2 Canceled; 3 Scheduled",
    "1 Open",
    "2 Completed",
    "3 Canceled",
    "4 Scheduled",
  ],
};

const ACTIVITY_PARTY: TableDefinition = {
  schemaName: "ActivityParty",
  label: "Activity Party",
  objectTypeCode: 135,
  ownership: "None",
  texts: "AddressUsed:320 PartyIdName:400",
  doubles: "Effort",
  dateTimes: "ScheduledStart ScheduledEnd",
  booleans: "DoNotEMail DoNotPhone DoNotFax DoNotPostalMail IsPartyDeleted",
  integers: "AddressUsedEmailColumnNumber",
  choices: {
    ParticipationTypeMask:
      "1 Sender; 2 To Recipient; 3 CC Recipient; 4 BCC Recipient; 5 Required attendee; 6 Optional attendee; 7 Organizer; 8 Regarding; 9 Owner; 10 Resource; 11 Customer; 12 Chat Participant; 13 Related",
    InstanceTypeCode: "*0 Not Recurring; 1 Recurring Master; 2 Recurring Instance",
  },
  lookups: {
    ActivityId: ["activitypointer", ...ACTIVITIES.map(({ schemaName }) => schemaName.toLowerCase())].join(
      " ",
    ),
    PartyId: "account contact lead systemuser team queue opportunity incident campaign equipment service",
  },
};

/** Each function creates a new definition. */
export const ACTIVITY_TABLES: readonly (() => TableMetadata)[] = [
  ACTIVITY_POINTER,
  ACTIVITY_PARTY,
  ...ACTIVITIES.map(activityTable),
].map((definition) => () => defineTable(definition));

/** Returns an activity with the columns that all activities have. */
function activityTable(own: ActivityDefinition): TableDefinition {
  const concatenated = (name: "texts" | "memos" | "integers" | "dateTimes" | "booleans" | "guids") =>
    [COMMON_COLUMNS[name], own[name]].filter(Boolean).join(" ");
  return {
    ...COMMON_COLUMNS,
    ...own,
    primaryId: "ActivityId",
    primaryName: "Subject",
    ownership: "UserOwned",
    supertype: "activitypointer",
    texts: concatenated("texts"),
    memos: concatenated("memos"),
    integers: concatenated("integers"),
    dateTimes: concatenated("dateTimes"),
    booleans: concatenated("booleans"),
    guids: concatenated("guids"),
    choices: { ...COMMON_COLUMNS.choices, ...own.choices },
    lookups: { ...COMMON_LOOKUPS, ...own.lookups },
  };
}
