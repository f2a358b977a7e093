// A table as EntityMetadata, without relationships. Members and their order follow a captured definition of account.
import { guidFrom } from "../org/guids.ts";
import { privilegeName } from "../org/base-data.ts";
import type { Org } from "../org/org.ts";
import type { Table } from "../org/table.ts";
import { label, managed, type JsonObject } from "./labels.ts";

const RIGHTS = ["Create", "Read", "Write", "Delete", "Assign", "Share", "Append", "AppendTo"];

/** The same in every environment for account; made up for the others. */
function entityId(table: Table): string {
  if (table.logicalName === "account") return "70816501-edb9-4740-a16c-6a5efbc05d84";
  return guidFrom("entity", table.logicalName);
}

export function entityMembers(org: Org, table: Table): JsonObject {
  const { facts } = table;
  const business = table.logicalName === "account" || table.logicalName === "contact";
  const plural = facts.label === "" ? "" : `${facts.label}s`;
  return {
    MetadataId: entityId(table),
    HasChanged: null,
    ActivityTypeMask: 0,
    AutoRouteToOwnerQueue: false,
    CanTriggerWorkflow: business,
    EntityHelpUrlEnabled: false,
    EntityHelpUrl: null,
    IsDocumentManagementEnabled: business,
    IsOneNoteIntegrationEnabled: business,
    IsInteractionCentricEnabled: business,
    IsKnowledgeManagementEnabled: false,
    IsSLAEnabled: false,
    IsBPFEntity: false,
    IsDocumentRecommendationsEnabled: false,
    IsMSTeamsIntegrationEnabled: false,
    SettingOf: null,
    DataProviderId: null,
    DataSourceId: null,
    AutoCreateAccessTeams: false,
    IsActivity: false,
    IsActivityParty: business,
    IsRetrieveAuditEnabled: false,
    IsRetrieveMultipleAuditEnabled: false,
    IsArchivalEnabled: false,
    IsRetentionEnabled: false,
    IsAvailableOffline: business,
    IsChildEntity: false,
    IsAIRUpdated: true,
    IconLargeName: null,
    IconMediumName: null,
    IconSmallName: null,
    IconVectorName: null,
    IsCustomEntity: false,
    IsBusinessProcessEnabled: business,
    SyncToExternalSearchIndex: business,
    IsOptimisticConcurrencyEnabled: true,
    ChangeTrackingEnabled: facts.changeTracking ?? false,
    IsImportable: business,
    IsIntersect: facts.ownership === "None",
    IsManaged: true,
    IsEnabledForCharts: business,
    IsEnabledForTrace: false,
    IsValidForAdvancedFind: business,
    DaysSinceRecordLastModified: 0,
    MobileOfflineFilters: "",
    IsReadingPaneEnabled: true,
    IsQuickCreateEnabled: business,
    LogicalName: table.logicalName,
    ObjectTypeCode: facts.objectTypeCode,
    OwnershipType: facts.ownership,
    PrimaryNameAttribute: table.primaryName === "" ? null : table.primaryName,
    PrimaryImageAttribute: table.column("entityimage") ? "entityimage" : null,
    PrimaryIdAttribute: table.primaryId,
    RecurrenceBaseEntityLogicalName: null,
    ReportViewName: `Filtered${facts.schemaName}`,
    SchemaName: facts.schemaName,
    IntroducedVersion: "5.0.0.0",
    IsStateModelAware: table.column("statecode") !== undefined,
    EnforceStateTransitions: false,
    ExternalName: null,
    EntityColor: business ? "#794300" : null,
    LogicalCollectionName: facts.entitySet,
    ExternalCollectionName: null,
    CollectionSchemaName: `${facts.schemaName}s`,
    EntitySetName: facts.entitySet,
    IsEnabledForExternalChannels: business,
    IsPrivate: false,
    UsesBusinessDataLabelTable: false,
    IsLogicalEntity: false,
    HasNotes: business,
    HasActivities: business,
    HasFeedback: false,
    IsSolutionAware: false,
    CreatedOn: "1900-01-01T00:00:00Z",
    ModifiedOn: "2024-06-01T02:41:52Z",
    HasEmailAddresses: business,
    OwnerId: null,
    OwnerIdType: 8,
    OwningBusinessUnit: null,
    TableType: "Standard",
    Description: label(undefined),
    DisplayCollectionName: label(plural === "" ? undefined : plural, {}, `${table.logicalName} plural`),
    DisplayName: label(facts.label === "" ? undefined : facts.label, {}, table.logicalName),
    IsAuditEnabled: managed(false, "canmodifyauditsettings"),
    IsValidForQueue: managed(false, "canmodifyqueuesettings"),
    IsConnectionsEnabled: managed(business, "canmodifyconnectionsettings"),
    IsCustomizable: managed(true, "iscustomizable", false),
    IsRenameable: managed(true, "isrenameable", false),
    IsMappable: managed(true, "ismappable", false),
    IsDuplicateDetectionEnabled: managed(business, "canmodifyduplicatedetectionsettings"),
    CanCreateAttributes: managed(true, "cancreateattributes", false),
    CanCreateForms: managed(true, "cancreateforms", false),
    CanCreateViews: managed(true, "cancreateviews", false),
    CanCreateCharts: managed(true, "cancreatecharts", false),
    CanBeRelatedEntityInRelationship: managed(true, "canberelatedentityinrelationship", false),
    CanBePrimaryEntityInRelationship: managed(true, "canbeprimaryentityinrelationship", false),
    CanBeInManyToMany: managed(true, "canbeinmanytomany", false),
    CanBeInCustomEntityAssociation: managed(true, "canbeincustomentityassociation", false),
    CanEnableSyncToExternalSearchIndex: managed(true, "canenablesynctoexternalsearchindex"),
    CanModifyAdditionalSettings: managed(true, "canmodifyadditionalsettings"),
    CanChangeHierarchicalRelationship: managed(false, "canchangehierarchicalrelationship", false),
    CanChangeTrackingBeEnabled: managed(true, "canchangetrackingbeenabled"),
    IsMailMergeEnabled: managed(business, "canmodifymailmergesettings"),
    IsVisibleInMobile: managed(business, "canmodifymobilevisibility"),
    IsVisibleInMobileClient: managed(business, "canmodifymobileclientvisibility"),
    IsReadOnlyInMobileClient: managed(false, "canmodifymobileclientreadonly"),
    IsOfflineInMobileClient: managed(business, "canmodifymobileclientoffline"),
    Privileges: privileges(org, table),
    Settings: [],
  };
}

function privileges(org: Org, table: Table): JsonObject[] {
  if (table.facts.ownership === "None") return [];
  return RIGHTS.map((right) => {
    const name = privilegeName(right, table);
    return {
      CanBeBasic: true,
      CanBeDeep: !name.endsWith("UserQuery"),
      CanBeGlobal: !name.endsWith("UserQuery"),
      CanBeLocal: !name.endsWith("UserQuery"),
      CanBeEntityReference: false,
      CanBeParentEntityReference: false,
      CanBeRecordFilter: false,
      Name: name,
      PrivilegeId: org.privilegeId(name),
      PrivilegeType: right,
    };
  });
}
