// Describes a table as EntityMetadata, without relationships. Members and their order are those of
// a captured definition of account.
import { guidFrom } from "../org/guids.ts";
import { privilegeName } from "../org/base-data.ts";
import type { Org } from "../org/org.ts";
import type { Table } from "../org/table.ts";
import { label, managedProperty, type JsonObject } from "./labels.ts";

const ACCESS_RIGHTS = ["Create", "Read", "Write", "Delete", "Assign", "Share", "Append", "AppendTo"];

/** The id of account is the same in every environment; the others are invented. */
function entityId(table: Table): string {
  if (table.logicalName === "account") return "70816501-edb9-4740-a16c-6a5efbc05d84";
  return guidFrom("entity", table.logicalName);
}

export function entityMembers(org: Org, table: Table): JsonObject {
  const { metadata } = table;
  const business = table.logicalName === "account" || table.logicalName === "contact";
  const plural = metadata.label === "" ? "" : `${metadata.label}s`;
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
    ChangeTrackingEnabled: metadata.changeTracking ?? false,
    IsImportable: business,
    IsIntersect: metadata.ownership === "None",
    IsManaged: true,
    IsEnabledForCharts: business,
    IsEnabledForTrace: false,
    IsValidForAdvancedFind: business,
    DaysSinceRecordLastModified: 0,
    MobileOfflineFilters: "",
    IsReadingPaneEnabled: true,
    IsQuickCreateEnabled: business,
    LogicalName: table.logicalName,
    ObjectTypeCode: metadata.objectTypeCode,
    OwnershipType: metadata.ownership,
    PrimaryNameAttribute: table.primaryName === "" ? null : table.primaryName,
    PrimaryImageAttribute: table.column("entityimage") ? "entityimage" : null,
    PrimaryIdAttribute: table.primaryId,
    RecurrenceBaseEntityLogicalName: null,
    ReportViewName: `Filtered${metadata.schemaName}`,
    SchemaName: metadata.schemaName,
    IntroducedVersion: "5.0.0.0",
    IsStateModelAware: table.column("statecode") !== undefined,
    EnforceStateTransitions: false,
    ExternalName: null,
    EntityColor: business ? "#794300" : null,
    LogicalCollectionName: metadata.entitySet,
    ExternalCollectionName: null,
    CollectionSchemaName: `${metadata.schemaName}s`,
    EntitySetName: metadata.entitySet,
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
    DisplayName: label(metadata.label === "" ? undefined : metadata.label, {}, table.logicalName),
    IsAuditEnabled: managedProperty(false, "canmodifyauditsettings"),
    IsValidForQueue: managedProperty(false, "canmodifyqueuesettings"),
    IsConnectionsEnabled: managedProperty(business, "canmodifyconnectionsettings"),
    IsCustomizable: managedProperty(true, "iscustomizable", false),
    IsRenameable: managedProperty(true, "isrenameable", false),
    IsMappable: managedProperty(true, "ismappable", false),
    IsDuplicateDetectionEnabled: managedProperty(business, "canmodifyduplicatedetectionsettings"),
    CanCreateAttributes: managedProperty(true, "cancreateattributes", false),
    CanCreateForms: managedProperty(true, "cancreateforms", false),
    CanCreateViews: managedProperty(true, "cancreateviews", false),
    CanCreateCharts: managedProperty(true, "cancreatecharts", false),
    CanBeRelatedEntityInRelationship: managedProperty(true, "canberelatedentityinrelationship", false),
    CanBePrimaryEntityInRelationship: managedProperty(true, "canbeprimaryentityinrelationship", false),
    CanBeInManyToMany: managedProperty(true, "canbeinmanytomany", false),
    CanBeInCustomEntityAssociation: managedProperty(true, "canbeincustomentityassociation", false),
    CanEnableSyncToExternalSearchIndex: managedProperty(true, "canenablesynctoexternalsearchindex"),
    CanModifyAdditionalSettings: managedProperty(true, "canmodifyadditionalsettings"),
    CanChangeHierarchicalRelationship: managedProperty(false, "canchangehierarchicalrelationship", false),
    CanChangeTrackingBeEnabled: managedProperty(true, "canchangetrackingbeenabled"),
    IsMailMergeEnabled: managedProperty(business, "canmodifymailmergesettings"),
    IsVisibleInMobile: managedProperty(business, "canmodifymobilevisibility"),
    IsVisibleInMobileClient: managedProperty(business, "canmodifymobileclientvisibility"),
    IsReadOnlyInMobileClient: managedProperty(false, "canmodifymobileclientreadonly"),
    IsOfflineInMobileClient: managedProperty(business, "canmodifymobileclientoffline"),
    Privileges: privileges(org, table),
    Settings: [],
  };
}

function privileges(org: Org, table: Table): JsonObject[] {
  if (table.metadata.ownership === "None") return [];
  return ACCESS_RIGHTS.map((right) => {
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
