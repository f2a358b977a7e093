// Defines collection-valued navigation properties: from a row to its related rows, through a lookup
// or an intersect table.
import type { Row } from "../fetchxml/query-store.ts";
import { isLookup, type Column } from "../org/columns.ts";
import type { Org } from "../org/org.ts";
import type { Table } from "../org/table.ts";
import { unknownProperty } from "./odata-error.ts";
import { navigationProperty } from "./row-writer.ts";

export interface Navigation {
  readonly from: string;
  readonly name: string;
  readonly to: string;
  /** The target's lookup to the source … */
  readonly lookup?: string;
  /** … or the intersect table between them. */
  readonly intersect?: string;
}

export const NAVIGATIONS: readonly Navigation[] = [
  { from: "systemuser", name: "systemuserroles_association", to: "role", intersect: "systemuserroles" },
  { from: "systemuser", name: "teammembership_association", to: "team", intersect: "teammembership" },
  {
    from: "systemuser",
    name: "systemuserprofiles_association",
    to: "fieldsecurityprofile",
    intersect: "systemuserprofiles",
  },
  { from: "systemuser", name: "user_accounts", to: "account", lookup: "owninguser" },
  { from: "systemuser", name: "user_userquery", to: "userquery", lookup: "owninguser" },
  { from: "team", name: "teamroles_association", to: "role", intersect: "teamroles" },
  { from: "team", name: "teammembership_association", to: "systemuser", intersect: "teammembership" },
  { from: "team", name: "teamprofiles_association", to: "fieldsecurityprofile", intersect: "teamprofiles" },
  { from: "team", name: "team_accounts", to: "account", lookup: "owningteam" },
  { from: "role", name: "systemuserroles_association", to: "systemuser", intersect: "systemuserroles" },
  { from: "role", name: "teamroles_association", to: "team", intersect: "teamroles" },
  { from: "role", name: "roleprivileges_association", to: "privilege", intersect: "roleprivileges" },
  {
    from: "fieldsecurityprofile",
    name: "systemuserprofiles_association",
    to: "systemuser",
    intersect: "systemuserprofiles",
  },
  { from: "fieldsecurityprofile", name: "teamprofiles_association", to: "team", intersect: "teamprofiles" },
  {
    from: "fieldsecurityprofile",
    name: "lk_fieldpermission_fieldsecurityprofileid",
    to: "fieldpermission",
    lookup: "fieldsecurityprofileid",
  },
  { from: "account", name: "account_parent_account", to: "account", lookup: "parentaccountid" },
  { from: "account", name: "contact_customer_accounts", to: "contact", lookup: "parentcustomerid" },
  { from: "contact", name: "account_primary_contact", to: "account", lookup: "primarycontactid" },
  { from: "businessunit", name: "business_unit_accounts", to: "account", lookup: "owningbusinessunit" },
  { from: "businessunit", name: "business_unit_system_users", to: "systemuser", lookup: "businessunitid" },
  { from: "businessunit", name: "business_unit_teams", to: "team", lookup: "businessunitid" },
  { from: "businessunit", name: "business_unit_roles", to: "role", lookup: "businessunitid" },
];

/**
 * Returns the lookup that a single-valued navigation property follows, and its possible target
 * tables: `primarycontactid`, `new_Payer_contact`.
 * @throws when there is none, and for properties of an owner, whose type is principal: neither
 * user nor team
 */
export function lookupForNavigation(
  table: Table,
  name: string,
  properties: readonly string[],
): NavigationLookup {
  for (const column of table.columns()) {
    if (!isLookup(column.type)) continue;
    const targets = (column.targets ?? []).filter((target) => navigationProperty(column, target) === name);
    if (targets.length === 0) continue;
    const beyond = column.type === "Owner" ? properties.find((one) => one !== "ownerid") : undefined;
    if (beyond !== undefined) throw unknownProperty(beyond, "principal");
    return { lookup: column, targets };
  }
  throw unknownProperty(name, table.logicalName);
}

export interface NavigationLookup {
  readonly lookup: Column;
  readonly targets: readonly string[];
}

export function findNavigation(table: string, name: string): Navigation | undefined {
  return NAVIGATIONS.find((one) => one.from === table && one.name === name);
}

/** Returns a test of the target's rows that are related to the source row. */
export function relatedRowTest(org: Org, navigation: Navigation, sourceId: string): (row: Row) => boolean {
  const { lookup, intersect } = navigation;
  if (lookup !== undefined) return (row) => row[lookup] === sourceId;
  const target = org.requireTable(navigation.to);
  const source = org.requireTable(navigation.from);
  const members = new Set(
    org
      .requireTable(String(intersect))
      .rows()
      .filter((row) => row[source.primaryId] === sourceId)
      .map((row) => row[target.primaryId]),
  );
  return (row) => members.has(row[target.primaryId]);
}
