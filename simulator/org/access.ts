// Computes what a user may see: roles directly and through teams, the depth of each privilege,
// column security, shared views.
import type { Caller, Row } from "../fetchxml/query-store.ts";
import { privilegeName } from "./base-data.ts";
import type { Column } from "./columns.ts";
import type { Org } from "./org.ts";
import type { Table } from "./table.ts";

export interface Access {
  readonly caller: Caller;
  readonly roleCount: number;
  readonly accessMode: number;
  /** Depth mask of each privilege by name: 1 user, 2 business unit, 4 deep, 8 organisation. */
  readonly privileges: ReadonlyMap<string, number>;
  /** Secured columns that the user may read, as `table.column`. */
  readonly readableSecured: ReadonlySet<string>;
  /** Ids of rows that are shared with the user or their teams. */
  readonly shared: ReadonlySet<string>;
  /** The user who impersonates the caller. */
  readonly impersonatedBy?: string;
}

const RIGHTS_TABLES = [
  "systemuser",
  "teammembership",
  "systemuserroles",
  "teamroles",
  "roleprivileges",
  "systemuserprofiles",
  "teamprofiles",
  "fieldpermission",
  "principalobjectaccess",
  "usersettings",
];

/** Reads the rights of users and caches them until a row they depend on changes. */
export class AccessReader {
  private readonly org: Org;
  private readonly cache = new Map<string, { version: string; access: Access }>();

  constructor(org: Org) {
    this.org = org;
  }

  /** The user must exist. */
  accessOf(userId: string): Access {
    const version = RIGHTS_TABLES.map((name) => this.org.requireTable(name).version).join(" ");
    const before = this.cache.get(userId);
    if (before?.version === version) return before.access;
    const access = readAccess(this.org, userId);
    this.cache.set(userId, { version, access });
    return access;
  }
}

function readAccess(org: Org, userId: string): Access {
  const user = org.requireTable("systemuser").get(userId);
  const teamIds = matchingValues(org, "teammembership", "systemuserid", [userId], "teamid");
  const roles = new Set([
    ...matchingValues(org, "systemuserroles", "systemuserid", [userId], "roleid"),
    ...matchingValues(org, "teamroles", "teamid", teamIds, "roleid"),
  ]);
  const profiles = new Set([
    ...matchingValues(org, "systemuserprofiles", "systemuserid", [userId], "fieldsecurityprofileid"),
    ...matchingValues(org, "teamprofiles", "teamid", teamIds, "fieldsecurityprofileid"),
  ]);
  const readable = org
    .requireTable("fieldpermission")
    .rows()
    .filter((row) => profiles.has(String(row["fieldsecurityprofileid"])) && row["canread"] === 4);
  // 0 stands for the organisation's base language.
  const uiLanguage = Number(org.requireTable("usersettings").get(userId)?.["uilanguageid"] ?? 0);
  return {
    caller: {
      userId,
      businessUnitId: String(user?.["businessunitid"] ?? org.businessUnitId),
      teamIds,
      utcOffsetMinutes: org.utcOffsets.get(userId) ?? 0,
      languageCode: uiLanguage || org.baseLanguage,
    },
    roleCount: roles.size,
    accessMode: Number(user?.["accessmode"] ?? 0),
    privileges: privilegesOf(org, roles),
    readableSecured: new Set(readable.map((row) => `${row["entityname"]}.${row["attributelogicalname"]}`)),
    shared: new Set(
      matchingValues(org, "principalobjectaccess", "principalid", [userId, ...teamIds], "objectid"),
    ),
  };
}

/** What one user may do as another: what both may. */
export function impersonatedAccess(own: Access, other: Access): Access {
  const privileges = [...other.privileges].flatMap(([name, mask]): [string, number][] => {
    const ownMask = own.privileges.get(name);
    return ownMask === undefined ? [] : [[name, Math.min(mask, ownMask)]];
  });
  return {
    ...other,
    privileges: new Map(privileges),
    readableSecured: new Set([...other.readableSecured].filter((name) => own.readableSecured.has(name))),
    impersonatedBy: own.caller.userId,
  };
}

function matchingValues(
  org: Org,
  table: string,
  key: string,
  ids: readonly string[],
  wanted: string,
): string[] {
  return org
    .requireTable(table)
    .rows()
    .filter((row) => ids.includes(String(row[key])))
    .map((row) => String(row[wanted]));
}

function privilegesOf(org: Org, roles: ReadonlySet<string>): Map<string, number> {
  const privileges = new Map<string, number>();
  for (const row of org.requireTable("roleprivileges").rows()) {
    if (!roles.has(String(row["roleid"]))) continue;
    const name = String(org.requireTable("privilege").get(String(row["privilegeid"]))?.["name"]);
    privileges.set(name, Math.max(privileges.get(name) ?? 0, Number(row["privilegedepthmask"])));
  }
  return privileges;
}

/**
 * Returns the privilege that a right on the table requires; undefined where every user with a role
 * has it.
 */
export function requiredPrivilege(right: string, table: Table): string | undefined {
  return table.metadata.ownership === "None" ? undefined : privilegeName(right, table);
}

/**
 * Returns a test of the rows that the user may see; undefined when that is all. Of views, a user
 * always sees their own and the shared ones.
 */
export function visibleRows(table: Table, access: Access): ((row: Row) => boolean) | undefined {
  const privilege = requiredPrivilege("Read", table);
  if (privilege === undefined) return undefined;
  const depth = access.privileges.get(privilege) ?? 0;
  if (depth >= 8 || table.metadata.ownership === "OrganizationOwned") return undefined;
  const { userId, businessUnitId, teamIds } = access.caller;
  const owners = new Set([userId, ...teamIds]);
  const unit = table.metadata.ownership === "UserOwned" ? "owningbusinessunit" : "businessunitid";
  return (row) =>
    owners.has(String(row["ownerid"])) ||
    access.shared.has(String(row[table.primaryId])) ||
    row[table.primaryId] === userId ||
    (depth >= 2 && row[unit] === businessUnitId);
}

/** Whether the values of a secured column are hidden from the user. */
export function isHidden(column: Column, table: Table, access: Access): boolean {
  return column.secured && !access.readableSecured.has(`${table.logicalName}.${column.logicalName}`);
}
