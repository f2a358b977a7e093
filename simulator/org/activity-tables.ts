// Activities: tasks, calls, mails and their kin, each of which is an activity pointer too, and who took part in them.
import { sketchedTable, type ColumnSketch, type TableSketch } from "./table-definition.ts";
import type { TableFacts } from "./table.ts";

const REGARDING =
  "account contact lead opportunity incident campaign campaignactivity contract entitlement invoice quote salesorder knowledgearticle";
const TARGETS: Readonly<Record<string, string>> = {
  RegardingObjectId: REGARDING,
  SLAId: "sla",
  SLAInvokedId: "sla",
  ServiceId: "service",
};

const POINTER: ColumnSketch = {
  texts: "Subject:400 Category:250 SubCategory:250",
  memos: "Description TraversedPath",
  wholes: "ActualDurationMinutes ScheduledDurationMinutes OnHoldTime",
  times:
    "ActualStart ActualEnd ScheduledStart ScheduledEnd DeliveryLastAttemptedOn LastOnHoldTime SentOn SortDate PostponeActivityProcessingUntil",
  flags: "IsBilled IsWorkflowCreated IsRegularActivity LeftVoiceMail IsMapiPrivate",
  guids: "ProcessId StageId SeriesId",
  tableNames: "ActivityTypeCode",
  choices: { PriorityCode: "0 Low; *1 Normal; 2 High", DeliveryPriorityCode: "0 Low; *1 Normal; 2 High" },
};
const DIRECTED = "DirectionCode";
const OPEN = "0 Open; 1 Completed; 2 Canceled";

type Sketch = Pick<TableSketch, "table" | "code"> & ColumnSketch;

const ACTIVITIES: readonly Sketch[] = [
  {
    table: "Task",
    code: 4212,
    wholes: "PercentComplete",
    states: [
      OPEN,
      "2 Not Started; 3 In Progress; 4 Waiting on someone else; 7 Deferred",
      "5 Completed",
      "6 Canceled",
    ],
  },
  {
    table: "PhoneCall",
    code: 4210,
    flags: DIRECTED,
    texts: "PhoneNumber:200",
    states: [OPEN, "1 Open", "2 Made; 4 Received", "3 Canceled"],
  },
  {
    table: "Email",
    code: 4202,
    flags: `${DIRECTED} ReadReceiptRequested DeliveryReceiptRequested Compressed IsEmailFollowed`,
    texts:
      "Sender:250 ToRecipients:500 MessageId:320 TrackingToken:50 SubmittedBy:250 MimeType:256 InReplyTo:320",
    wholes: "DeliveryAttempts OpenCount LinksClickedCount AttachmentCount ReplyCount",
    times: "LastOpenedTime",
    guids: "ConversationIndex",
    lookups: {
      EmailSender: "account contact lead systemuser queue",
      SendersAccount: "account",
      ParentActivityId: "email",
    },
    states: [
      OPEN,
      "1 Draft; 8 Failed",
      "2 Completed; 3 Sent; 4 Received; 6 Pending Send; 7 Sending",
      "5 Canceled",
    ],
  },
  {
    table: "Appointment",
    code: 4201,
    flags: "IsAllDayEvent IsDraft IsOnlineMeeting",
    texts: "Location:200 GlobalObjectId:300",
    wholes: "OutlookOwnerApptId InstanceTypeCode",
    states: [
      "0 Open; 1 Completed; 2 Canceled; 3 Scheduled",
      "1 Free; 2 Tentative",
      "3 Completed",
      "4 Canceled",
      "5 Busy; 6 Out of Office",
    ],
  },
  {
    table: "RecurringAppointmentMaster",
    code: 4251,
    texts: "Location:200",
    days: "PatternStartDate PatternEndDate",
    wholes: "Occurrences Interval",
    states: [
      "0 Open; 1 Completed; 2 Canceled; 3 Scheduled",
      "1 Free; 2 Tentative",
      "3 Completed",
      "4 Canceled",
      "5 Busy; 6 Out of Office",
    ],
  },
  {
    table: "Fax",
    code: 4204,
    flags: DIRECTED,
    texts: "FaxNumber:200 CoverPageName",
    wholes: "NumberOfPages",
    states: [OPEN, "1 Open", "2 Completed; 3 Sent; 4 Received", "5 Canceled"],
  },
  {
    table: "Letter",
    code: 4207,
    flags: DIRECTED,
    texts: "Address:200",
    states: [OPEN, "1 Open; 2 Draft", "3 Received; 4 Sent", "5 Canceled"],
  },
  {
    table: "ServiceAppointment",
    code: 4214,
    texts: "Location:500",
    flags: "IsAllDayEvent",
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
    table: "SocialActivity",
    code: 4216,
    flags: DIRECTED,
    texts: "ThreadId InResponseTo",
    doubles: "SentimentValue",
    choices: {
      PriorityCode: "0 Low; *1 Normal; 2 High",
      Community: "0 Other; 1 Facebook; 2 Twitter",
      SocialActivityCode: "1 Public Message; 2 Private Message",
    },
    customers: "PostAuthor PostAuthorAccount",
    states: [OPEN, "1 Open; 2 Completed; 5 Failed; 6 Processing", "3 Completed", "4 Canceled"],
  },
  {
    table: "CampaignActivity",
    code: 4402,
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
    table: "CampaignResponse",
    code: 4401,
    texts: "CompanyName FirstName:50 LastName:50 Fax:50 PromotionCodeName:250",
    emails: "EMailAddress",
    phones: "Telephone:50",
    days: "ReceivedOn",
    choices: {
      ResponseCode: "1 Interested; 2 Not Interested; 3 Do Not Send Marketing Materials; 4 Error",
      ChannelTypeCode: "1 Email; 2 Phone; 3 Fax; 4 Letter; 5 Appointment; 6 Others",
    },
    lookups: { OriginatingActivityId: "phonecall email appointment fax letter campaignactivity" },
    states: ["0 Open; 1 Closed; 2 Canceled", "1 Open", "2 Closed", "3 Canceled"],
  },
  {
    table: "BulkOperation",
    code: 4406,
    wholes: "SuccessCount FailureCount TargetMembersCount",
    states: [
      "0 Open; 1 Closed; 2 Canceled",
      "0 Pending; 1 In Progress; 2 Aborted",
      "3 Completed",
      "4 Canceled",
    ],
  },
  {
    table: "IncidentResolution",
    code: 4206,
    wholes: "TimeSpent",
    lookups: { IncidentId: "incident" },
    states: [OPEN, "1 Open", "2 Closed", "3 Canceled"],
  },
  {
    table: "OpportunityClose",
    code: 4208,
    money: "ActualRevenue",
    lookups: { OpportunityId: "opportunity", CompetitorId: "competitor" },
    states: [OPEN, "1 Open", "2 Completed", "3 Canceled"],
  },
];

const POINTERS: TableSketch = {
  ...POINTER,
  table: "ActivityPointer",
  label: "Activity",
  code: 4200,
  key: "ActivityId",
  name: "Subject",
  owned: "UserOwned",
  lookups: TARGETS,
  states: [
    "0 Open; 1 Completed; 2 Canceled; 3 Scheduled",
    "1 Open",
    "2 Completed",
    "3 Canceled",
    "4 Scheduled",
  ],
};

const PARTIES: TableSketch = {
  table: "ActivityParty",
  label: "Activity Party",
  code: 135,
  owned: "None",
  texts: "AddressUsed:320 PartyIdName:400",
  doubles: "Effort",
  times: "ScheduledStart ScheduledEnd",
  flags: "DoNotEMail DoNotPhone DoNotFax DoNotPostalMail IsPartyDeleted",
  wholes: "AddressUsedEmailColumnNumber",
  choices: {
    ParticipationTypeMask:
      "1 Sender; 2 To Recipient; 3 CC Recipient; 4 BCC Recipient; 5 Required attendee; 6 Optional attendee; 7 Organizer; 8 Regarding; 9 Owner; 10 Resource; 11 Customer; 12 Chat Participant; 13 Related",
    InstanceTypeCode: "*0 Not Recurring; 1 Recurring Master; 2 Recurring Instance",
  },
  lookups: {
    ActivityId: ["activitypointer", ...ACTIVITIES.map(({ table }) => table.toLowerCase())].join(" "),
    PartyId: "account contact lead systemuser team queue opportunity incident campaign equipment service",
  },
};

/** Each makes a fresh definition. */
export const ACTIVITY_TABLES: readonly (() => TableFacts)[] = [
  POINTERS,
  PARTIES,
  ...ACTIVITIES.map(whole),
].map((sketch) => () => sketchedTable(sketch));

/** An activity with the columns that all of them have. */
function whole(own: Sketch): TableSketch {
  const both = (name: "texts" | "memos" | "wholes" | "times" | "flags" | "guids") =>
    [POINTER[name], own[name]].filter(Boolean).join(" ");
  return {
    ...POINTER,
    ...own,
    key: "ActivityId",
    name: "Subject",
    owned: "UserOwned",
    supertype: "activitypointer",
    texts: both("texts"),
    memos: both("memos"),
    wholes: both("wholes"),
    times: both("times"),
    flags: both("flags"),
    guids: both("guids"),
    choices: { ...POINTER.choices, ...own.choices },
    lookups: { ...TARGETS, ...own.lookups },
  };
}
