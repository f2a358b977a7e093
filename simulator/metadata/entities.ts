// Describes a table as EntityMetadata, without relationships. Members and their order are those of
// a captured definition of account.
import { guidFrom } from "../org/guids.ts";
import { privilegeName } from "../org/base-data.ts";
import type { Org } from "../org/org.ts";
import type { Table } from "../org/table.ts";
import { label, managedProperty, type JsonObject, type LabelReader } from "./labels.ts";

const ACCESS_RIGHTS = ["Create", "Read", "Write", "Delete", "Assign", "Share", "Append", "AppendTo"];

/** The id of account is the same in every environment; the others are invented. */
function entityId(table: Table): string {
  if (table.logicalName === "account") return "70816501-edb9-4740-a16c-6a5efbc05d84";
  return guidFrom("entity", table.logicalName);
}

/** Returns the members of EntityMetadata, in the order of the captured definition. */
export function entityMembers(org: Org, table: Table, reader: LabelReader): JsonObject {
  const isBusinessTable = table.logicalName === "account" || table.logicalName === "contact";
  return {
    ...featureMembers(table, isBusinessTable),
    ...nameMembers(table, isBusinessTable, reader),
    ...managedMembers(isBusinessTable),
    Privileges: privileges(org, table),
    Settings: [],
  };
}

/** What the table takes part in. */
function featureMembers(table: Table, isBusinessTable: boolean): JsonObject {
  const { metadata } = table;
  return {
    MetadataId: entityId(table),
    HasChanged: null,
    ActivityTypeMask: 0,
    AutoRouteToOwnerQueue: false,
    CanTriggerWorkflow: isBusinessTable,
    EntityHelpUrlEnabled: false,
    EntityHelpUrl: null,
    IsDocumentManagementEnabled: isBusinessTable,
    IsOneNoteIntegrationEnabled: isBusinessTable,
    IsInteractionCentricEnabled: isBusinessTable,
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
    IsActivityParty: isBusinessTable,
    IsRetrieveAuditEnabled: false,
    IsRetrieveMultipleAuditEnabled: false,
    IsArchivalEnabled: false,
    IsRetentionEnabled: false,
    IsAvailableOffline: isBusinessTable,
    IsChildEntity: false,
    IsAIRUpdated: true,
    IconLargeName: null,
    IconMediumName: null,
    IconSmallName: null,
    IconVectorName: null,
    IsCustomEntity: false,
    IsBusinessProcessEnabled: isBusinessTable,
    SyncToExternalSearchIndex: isBusinessTable,
    IsOptimisticConcurrencyEnabled: true,
    ChangeTrackingEnabled: metadata.changeTracking ?? false,
    IsImportable: isBusinessTable,
    IsIntersect: metadata.ownership === "None",
    IsManaged: true,
    IsEnabledForCharts: isBusinessTable,
    IsEnabledForTrace: false,
    IsValidForAdvancedFind: isBusinessTable,
    DaysSinceRecordLastModified: 0,
    MobileOfflineFilters: "",
    IsReadingPaneEnabled: true,
    IsQuickCreateEnabled: isBusinessTable,
  };
}

/** What the table, its key and its entity set are called. */
function nameMembers(table: Table, isBusinessTable: boolean, reader: LabelReader): JsonObject {
  const { metadata } = table;
  const plural = metadata.label === "" ? "" : `${metadata.label}s`;
  return {
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
    EntityColor: isBusinessTable ? "#794300" : null,
    LogicalCollectionName: metadata.entitySet,
    ExternalCollectionName: null,
    CollectionSchemaName: `${metadata.schemaName}s`,
    EntitySetName: metadata.entitySet,
    IsEnabledForExternalChannels: isBusinessTable,
    IsPrivate: false,
    UsesBusinessDataLabelTable: false,
    IsLogicalEntity: false,
    HasNotes: isBusinessTable,
    HasActivities: isBusinessTable,
    HasFeedback: false,
    IsSolutionAware: false,
    CreatedOn: "1900-01-01T00:00:00Z",
    ModifiedOn: "2024-06-01T02:41:52Z",
    HasEmailAddresses: isBusinessTable,
    OwnerId: null,
    OwnerIdType: 8,
    OwningBusinessUnit: null,
    TableType: "Standard",
    Description: label(undefined),
    DisplayCollectionName: label(
      plural === "" ? undefined : plural,
      reader,
      {},
      `${table.logicalName} plural`,
    ),
    DisplayName: label(metadata.label === "" ? undefined : metadata.label, reader, {}, table.logicalName),
  };
}

/** What customisers may change. */
function managedMembers(isBusinessTable: boolean): JsonObject {
  return {
    IsAuditEnabled: managedProperty(false, "canmodifyauditsettings"),
    IsValidForQueue: managedProperty(false, "canmodifyqueuesettings"),
    IsConnectionsEnabled: managedProperty(isBusinessTable, "canmodifyconnectionsettings"),
    IsCustomizable: managedProperty(true, "iscustomizable", false),
    IsRenameable: managedProperty(true, "isrenameable", false),
    IsMappable: managedProperty(true, "ismappable", false),
    IsDuplicateDetectionEnabled: managedProperty(isBusinessTable, "canmodifyduplicatedetectionsettings"),
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
    IsMailMergeEnabled: managedProperty(isBusinessTable, "canmodifymailmergesettings"),
    IsVisibleInMobile: managedProperty(isBusinessTable, "canmodifymobilevisibility"),
    IsVisibleInMobileClient: managedProperty(isBusinessTable, "canmodifymobileclientvisibility"),
    IsReadOnlyInMobileClient: managedProperty(false, "canmodifymobileclientreadonly"),
    IsOfflineInMobileClient: managedProperty(isBusinessTable, "canmodifymobileclientoffline"),
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
