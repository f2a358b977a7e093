// Creates what every new environment holds: organisation, business unit, currency, privileges, the
// roles that come with Dataverse, its field security profile, one administrator, and the two
// account views with well-known ids.
import { guidFrom } from "./guids.ts";
import { ADMIN_FIELD_PROFILE, ADMIN_ROLE_TEMPLATE, type Depth, type NewView } from "./inputs.ts";
import type { OrgRights } from "./rights.ts";
import type { Table } from "./table.ts";

/** Names in privileges that differ from the table's schema name. */
const PRIVILEGE_NOUNS: Readonly<Record<string, string>> = {
  activitypointer: "Activity",
  annotation: "Note",
  savedquery: "Query",
  systemuser: "User",
};
const ACCESS_RIGHTS: Readonly<Record<string, number>> = {
  Read: 1,
  Write: 2,
  Append: 4,
  AppendTo: 16,
  Create: 32,
  Delete: 65536,
  Share: 262144,
  Assign: 524288,
};
/** The privilege to impersonate others. */
export const ACT_ON_BEHALF = "prvActOnBehalfOfAnotherUser";

const METADATA_PRIVILEGES = ["prvReadEntity", "prvReadAttribute", "prvReadOptionSet", "prvReadRelationship"];
/** Ids that are the same in every environment and occur in error texts. */
const KNOWN_PRIVILEGES: Readonly<Record<string, string>> = {
  prvReadAccount: "886b280c-6396-4d56-a0a3-2c1b0a50ceb0",
  prvCreateAccount: "d26fe964-230b-42dd-ad93-5cc879de411e",
};
const CUSTOMIZER_TEMPLATE = "119f245c-3cc8-4b62-b31c-d1a046ced15d";
const BASIC_USER_TEMPLATE = "236750cd-45ae-4939-ab12-b24b920ced93";

/**
 * Returns the name of a table's privilege: `prvReadAccount`, `prvReadUser`; `prvReadActivity` for
 * all activities.
 */
export function privilegeName(right: string, { logicalName, metadata }: Table): string {
  const named = metadata.supertype === "activitypointer" ? metadata.supertype : logicalName;
  return `prv${right}${PRIVILEGE_NOUNS[named] ?? metadata.schemaName}`;
}

/** An organisation to which views can be added. */
interface BaseDataTarget extends OrgRights {
  addView(view: NewView): string;
}

export function createBaseData(org: BaseDataTarget): void {
  org.create("businessunit", { businessunitid: org.businessUnitId, name: org.name, organizationid: org.id });
  org.create("transactioncurrency", {
    transactioncurrencyid: org.currencyId,
    currencyname: "US Dollar",
    isocurrencycode: "USD",
    currencysymbol: "$",
    currencyprecision: 2,
    exchangerate: 1,
  });
  org.create("organization", {
    organizationid: org.id,
    name: org.name,
    languagecode: org.baseLanguage,
    localeid: org.baseLanguage,
    expirechangetrackingindays: 7,
    maxrecordsforexporttoexcel: 100000,
    // Fiscal periods are quarters from 1 January.
    fiscalperiodtype: 2002,
    fiscalcalendarstart: "2025-01-01T00:00:00Z",
    basecurrencyid: org.currencyId,
  });
  org.create("fieldsecurityprofile", {
    fieldsecurityprofileid: ADMIN_FIELD_PROFILE,
    name: "System Administrator",
  });
  createRoles(org);
  for (const [id, name, condition] of WELL_KNOWN_VIEWS) {
    org.addView({
      id,
      kind: "system",
      name,
      fetchxml: wellKnownView(condition),
      layoutxml: LAYOUT,
      isDefault: id.endsWith("1002"),
    });
  }
}

/** Returns every right on the tables, and those to read metadata. */
function privilegesFor(tables: Iterable<Table>): Map<string, number> {
  const names = new Map<string, number>(METADATA_PRIVILEGES.map((name) => [name, 1]));
  for (const table of tables) {
    if (table.metadata.ownership === "None") continue;
    for (const [right, mask] of Object.entries(ACCESS_RIGHTS)) names.set(privilegeName(right, table), mask);
  }
  return names;
}

function createPrivilege(org: OrgRights, name: string, accessright: number): void {
  org.create("privilege", {
    privilegeid: KNOWN_PRIVILEGES[name] ?? guidFrom(org.seed, "privilege", name),
    name,
    accessright,
    // A personal view is read by its owner and those it is shared with, whatever their roles.
    canbebasic: true,
    canbelocal: !name.endsWith("UserQuery"),
    canbedeep: !name.endsWith("UserQuery"),
    canbeglobal: !name.endsWith("UserQuery"),
  });
}

function createRoles(org: BaseDataTarget): void {
  const tables = [...org.allTables()];
  const privileges = privilegesFor(tables);
  privileges.set(ACT_ON_BEHALF, 1);
  for (const [name, mask] of privileges) createPrivilege(org, name, mask);
  const names = [...privileges.keys()];
  const everything = Object.fromEntries(names.map((name) => [name, widestDepth(name)]));
  const owned = privilegesFor(tables.filter(({ metadata }) => metadata.ownership === "UserOwned"));
  const reading = Object.fromEntries(
    names
      .filter((name) => name.startsWith("prvRead") || name.endsWith("UserQuery"))
      .map((name): [string, Depth] => [
        name,
        owned.has(name) && !METADATA_PRIVILEGES.includes(name) ? "user" : "organisation",
      ]),
  );
  const administrator = org.addRole("System Administrator", everything, { template: ADMIN_ROLE_TEMPLATE });
  org.addRole("System Customizer", reading, { template: CUSTOMIZER_TEMPLATE });
  org.addRole("Basic User", reading, { template: BASIC_USER_TEMPLATE });
  org.addRole("Delegate", { [ACT_ON_BEHALF]: "organisation" });
  org.addUser({
    id: org.adminId,
    fullname: "Admin Contoso",
    email: "admin@contoso.example",
    roles: [administrator],
  });
}

/**
 * Grants the rights on a table that is added later: all to the System Administrator, none to other
 * roles.
 */
export function grantTablePrivileges(org: OrgRights, table: Table): void {
  const administrator = org.roles.get("System Administrator");
  for (const [name, mask] of privilegesFor([table])) {
    if (METADATA_PRIVILEGES.includes(name)) continue;
    createPrivilege(org, name, mask);
    if (administrator !== undefined) org.setPrivilege(administrator, name, widestDepth(name));
  }
}

function widestDepth(privilege: string): Depth {
  return privilege.endsWith("UserQuery") ? "user" : "organisation";
}

const WELL_KNOWN_VIEWS: readonly (readonly [string, string, string])[] = [
  [
    "00000000-0000-0000-00aa-000010001001",
    "My Active Accounts",
    '<condition attribute="ownerid" operator="eq-userid" /><condition attribute="statecode" operator="eq" value="0" />',
  ],
  [
    "00000000-0000-0000-00aa-000010001002",
    "Active Accounts",
    '<condition attribute="statecode" operator="eq" value="0" />',
  ],
];

const LAYOUT =
  '<grid name="resultset" object="1" jump="name" select="1" icon="1" preview="1"><row name="result" id="accountid">' +
  '<cell name="name" width="300" /><cell name="telephone1" width="100" /><cell name="address1_city" width="100" />' +
  '<cell name="primarycontactid" width="150" /></row></grid>';

function wellKnownView(conditions: string): string {
  return (
    '<fetch version="1.0" output-format="xml-platform" mapping="logical"><entity name="account"><attribute name="name" />' +
    '<attribute name="accountid" /><attribute name="telephone1" /><attribute name="address1_city" /><attribute name="primarycontactid" />' +
    `<order attribute="name" descending="false" /><filter type="and">${conditions}</filter></entity></fetch>`
  );
}
