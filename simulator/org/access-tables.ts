// Defines the tables of access control: roles, privileges, field security, sharing, and the
// intersect tables between them.
import { boolean, column, guid, integer, lookup, memo, picklist, text, type Column } from "./columns.ts";
import {
  createdAndModifiedOn,
  ORGANISATION_OWNED,
  createdAndModifiedBy,
  READ_ONLY,
  tableMetadata,
  versionColumn,
} from "./table-helpers.ts";
import type { TableMetadata } from "./table.ts";

/** Each function creates a new definition. */
export const ACCESS_TABLES: readonly (() => TableMetadata)[] = [
  () =>
    tableMetadata(
      {
        logicalName: "role",
        entitySet: "roles",
        schemaName: "Role",
        label: "Security Role",
        objectTypeCode: 1036,
        primaryName: "name",
        ownership: "BusinessOwned",
      },
      [
        guid("RoleId|Role", { required: "SystemRequired", update: false }),
        text("Name|Name", 100, "Text", { required: "SystemRequired" }),
        guid("OrganizationId|Organization", READ_ONLY),
        guid("RoleIdUnique|Unique Id", READ_ONLY),
        ...boolean("IsManaged|State", "Managed", "Unmanaged", READ_ONLY),
        ...picklist(
          "IsInherited|Member's privilege inheritance",
          "0 Team privileges only; 1 Direct User (Basic) access level and Team privileges",
          1,
        ),
        ...lookup("BusinessUnitId|Business Unit", "businessunit", "name"),
        ...lookup("ParentRoleId|Parent Role", "role", "name", READ_ONLY),
        ...lookup("ParentRootRoleId|Parent Root Role", "role", "name", READ_ONLY),
        ...lookup("RoleTemplateId|Role Template", "roletemplate", "none", READ_ONLY),
        ...createdAndModifiedBy(),
        ...createdAndModifiedOn(),
      ],
    ),
  () =>
    tableMetadata(
      {
        logicalName: "privilege",
        entitySet: "privileges",
        schemaName: "Privilege",
        label: "Privilege",
        objectTypeCode: 1023,
        primaryName: "name",
        ownership: "None",
      },
      [
        guid("PrivilegeId|Privilege", READ_ONLY),
        text("Name|Name", 100, "Text", READ_ONLY),
        integer("AccessRight|Access Right", undefined, undefined, READ_ONLY),
        ...["Basic", "Local", "Deep", "Global"].flatMap((depth) =>
          boolean(`CanBe${depth}|Can Be ${depth}`, "Yes", "No", READ_ONLY),
        ),
        versionColumn(),
      ],
    ),
  () =>
    tableMetadata(
      {
        logicalName: "principalobjectaccess",
        entitySet: "principalobjectaccessset",
        schemaName: "PrincipalObjectAccess",
        label: "Field Sharing",
        objectTypeCode: 11,
        primaryName: "",
        ownership: "None",
      },
      [
        guid("PrincipalObjectAccessId", READ_ONLY),
        guid("PrincipalId", READ_ONLY),
        guid("ObjectId", READ_ONLY),
        integer("AccessRightsMask", undefined, undefined, READ_ONLY),
        integer("ObjectTypeCode", undefined, undefined, READ_ONLY),
        versionColumn(),
      ],
    ),
  () =>
    tableMetadata(
      {
        logicalName: "fieldsecurityprofile",
        entitySet: "fieldsecurityprofiles",
        schemaName: "FieldSecurityProfile",
        label: "Field Security Profile",
        objectTypeCode: 1200,
        primaryName: "name",
        ...ORGANISATION_OWNED,
      },
      [
        guid("FieldSecurityProfileId|Field Security Profile", { required: "SystemRequired", update: false }),
        text("Name|Name", 100, "Text", { required: "ApplicationRequired" }),
        memo("Description|Description", 2000),
        ...createdAndModifiedOn(),
      ],
    ),
  () =>
    tableMetadata(
      {
        logicalName: "fieldpermission",
        entitySet: "fieldpermissions",
        schemaName: "FieldPermission",
        label: "Field Permission",
        objectTypeCode: 1201,
        primaryName: "",
        ...ORGANISATION_OWNED,
      },
      [
        guid("FieldPermissionId|Field Permission", { required: "SystemRequired", update: false }),
        text("AttributeLogicalName|Name of the attribute", 50),
        column({ schemaName: "EntityName", type: "EntityName", label: "Name of the Entity" }),
        ...[
          "CanRead|Can Read the attribute",
          "CanCreate|Can create the attribute",
          "CanUpdate|Can Update",
        ].flatMap((name) => picklist(name, "0 Not Allowed; 4 Allowed", 0)),
        ...lookup("FieldSecurityProfileId|Profile", "fieldsecurityprofile", "none"),
        versionColumn(),
      ],
    ),
];

/** The intersect (many-to-many) tables, those of the Sales app last. */
export const INTERSECTS = [
  intersect("teammembership", "TeamMembership", 23, "TeamId", "SystemUserId"),
  intersect("systemuserroles", "SystemUserRoles", 1046, "SystemUserId", "RoleId"),
  intersect("teamroles", "TeamRoles", 40, "TeamId", "RoleId"),
  intersect("systemuserprofiles", "SystemUserProfiles", 1202, "SystemUserId", "FieldSecurityProfileId"),
  intersect("teamprofiles", "TeamProfiles", 1203, "TeamId", "FieldSecurityProfileId"),
  intersect("roleprivileges", "RolePrivileges", 12, "RoleId", "PrivilegeId", [
    integer("PrivilegeDepthMask", undefined, undefined, READ_ONLY),
  ]),
  intersect("accountleads", "AccountLeads", 16, "AccountId", "LeadId"),
  intersect("contactleads", "ContactLeads", 22, "ContactId", "LeadId"),
  intersect("contactquotes", "ContactQuotes", 18, "ContactId", "QuoteId"),
  intersect("contactorders", "ContactOrders", 19, "ContactId", "SalesOrderId"),
  intersect("contactinvoices", "ContactInvoices", 17, "ContactId", "InvoiceId"),
  intersect("opportunitycompetitors", "OpportunityCompetitors", 24, "OpportunityId", "CompetitorId"),
];

/** Defines an intersect table, e.g. `SystemUserRoles` of `SystemUserId` and `RoleId`. */
function intersect(
  logicalName: string,
  schemaName: string,
  objectTypeCode: number,
  from: string,
  to: string,
  more: readonly Column[] = [],
): () => TableMetadata {
  return () =>
    tableMetadata(
      {
        logicalName,
        // The entity set is singular with "collection", and the key too differs from the pattern of other
        // tables.
        entitySet: logicalName.endsWith("s") ? `${logicalName}collection` : `${logicalName}s`,
        schemaName,
        label: "",
        objectTypeCode,
        primaryName: "",
        ownership: "None",
      },
      [
        guid(`${schemaName}Id`, READ_ONLY),
        guid(from, READ_ONLY),
        guid(to, READ_ONLY),
        ...more,
        versionColumn(),
      ],
    );
}
