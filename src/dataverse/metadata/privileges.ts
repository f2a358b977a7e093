// The connected user's roles, privileges and field security profiles, also through teams (Microsoft
// Learn, "Security concepts" and "Column-level security"). Roles are compared by template, because
// each business unit has its own copy of a role.
import { z } from "zod";
import { listSchema, readList } from "../http/lists.ts";
import type { Identity } from "../model.ts";
import type { Requests } from "../http/requests.ts";

const SYSTEM_ADMINISTRATOR_TEMPLATE = "627090ff-40a3-4053-8790-584edc5be201";

/** The privileges for what a sync reads. */
const NEEDED_PRIVILEGES = [
  "prvReadAccount",
  "prvReadUser",
  "prvReadTeam",
  "prvReadUserQuery",
  "prvReadQuery",
  "prvReadEntity",
  "prvReadAttribute",
] as const;

/**
 * Privileges whose depth limits which rows are visible. Personal views are excluded: only their
 * owner and those they are shared with see them, at any depth.
 */
const NEEDED_ORGANISATION_WIDE: readonly string[] = ["prvReadAccount", "prvReadUser", "prvReadTeam"];

export interface PrivilegeGaps {
  /** Needed privileges that no role of the user or its teams grants. */
  readonly missing: readonly string[];
  /**
   * Granted, but not for the whole organisation: some accounts or users would be missing without an
   * error.
   */
  readonly insufficientDepth: readonly string[];
}

/** Names what is lacking; empty if nothing is. */
export function describeGaps({ missing, insufficientDepth }: PrivilegeGaps): string[] {
  return [...missing, ...insufficientDepth.map((name) => `${name} for the whole organisation`)];
}

export interface UserAccess {
  isSystemAdministrator(signal?: AbortSignal): Promise<boolean>;
  privilegeGaps(signal?: AbortSignal): Promise<PrivilegeGaps>;
  /**
   * Secured account columns that a field security profile lets the user read. Administrators need
   * none.
   */
  readableSecuredColumns(signal?: AbortSignal): Promise<ReadonlySet<string>>;
}

const Role = z.object({ roleid: z.string(), _roletemplateid_value: z.string().nullish() });
const Team = z.object({ teamid: z.string(), teamtype: z.number().nullish() });
const Profile = z.object({ fieldsecurityprofileid: z.string() });
const Permission = z.object({
  attributelogicalname: z.string(),
  canread: z.number().nullish(),
  _fieldsecurityprofileid_value: z.string().nullish(),
});
const PrivilegesOfUser = z.object({
  RolePrivileges: z.array(
    z.object({
      PrivilegeId: z.string(),
      PrivilegeName: z.string().nullish(),
      /** "Basic", "Local", "Deep" or "Global", once for each role that grants it. */
      Depth: z.unknown().optional(),
    }),
  ),
});
const Privilege = z.object({ privilegeid: z.string(), name: z.string().nullish() });

/** fieldpermission.canread: allowed. */
const ALLOWED = 4;
/** team.teamtype: an access team shares records, and has neither roles nor profiles. */
const ACCESS_TEAM = 1;

export function userAccess(
  requests: Requests,
  whoAmI: (signal?: AbortSignal) => Promise<Identity>,
): UserAccess {
  return {
    isSystemAdministrator: async (signal) =>
      isSystemAdministrator(requests, (await whoAmI(signal)).userId, signal),
    privilegeGaps: async (signal) => readPrivilegeGaps(requests, (await whoAmI(signal)).userId, signal),
    readableSecuredColumns: async (signal) =>
      readSecuredColumns(requests, (await whoAmI(signal)).userId, signal),
  };
}

async function isSystemAdministrator(
  requests: Requests,
  userId: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const isAmong = async (path: string) => {
    const query = `${path}?$select=roleid,_roletemplateid_value`;
    const roles = await readList(requests, query, listSchema(Role), signal);
    return roles.some(
      (role) => role["_roletemplateid_value"]?.toLowerCase() === SYSTEM_ADMINISTRATOR_TEMPLATE,
    );
  };
  if (await isAmong(`systemusers(${userId})/systemuserroles_association`)) return true;
  for (const team of await readTeamIds(requests, userId, signal))
    if (await isAmong(`teams(${team})/teamroles_association`)) return true;
  return false;
}

async function readTeamIds(
  requests: Requests,
  userId: string,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const path = `systemusers(${userId})/teammembership_association?$select=teamid,teamtype`;
  const teams = await readList(requests, path, listSchema(Team), signal);
  return teams.filter(({ teamtype }) => teamtype !== ACCESS_TEAM).map(({ teamid }) => teamid);
}

async function readPrivilegeGaps(
  requests: Requests,
  userId: string,
  signal: AbortSignal | undefined,
): Promise<PrivilegeGaps> {
  const path = `systemusers(${userId})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()`;
  const { RolePrivileges: granted } = await requests.json(path, PrivilegesOfUser, { signal });
  const names = await privilegeNames(requests, granted, signal);
  const organisationWide = await privilegeNames(requests, granted.filter(isOrganisationWide), signal);
  return {
    missing: NEEDED_PRIVILEGES.filter((name) => !names.has(name.toLowerCase())),
    insufficientDepth: NEEDED_ORGANISATION_WIDE.filter(
      (name) => names.has(name.toLowerCase()) && !organisationWide.has(name.toLowerCase()),
    ),
  };
}

async function readSecuredColumns(
  requests: Requests,
  userId: string,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<string>> {
  const paths = [`systemusers(${userId})/systemuserprofiles_association`];
  for (const team of await readTeamIds(requests, userId, signal))
    paths.push(`teams(${team})/teamprofiles_association`);
  const profileIds = new Set<string>();
  for (const path of paths) {
    const query = `${path}?$select=fieldsecurityprofileid`;
    const profiles = await readList(requests, query, listSchema(Profile), signal);
    for (const profile of profiles) profileIds.add(profile.fieldsecurityprofileid.toLowerCase());
  }
  const select = "attributelogicalname,canread,_fieldsecurityprofileid_value";
  const filter = "entityname eq 'account'".replaceAll(" ", "%20");
  const query = `fieldpermissions?$select=${select}&$filter=${filter}`;
  const permissions = await readList(requests, query, listSchema(Permission), signal);
  return new Set(
    permissions
      .filter(({ canread }) => canread === ALLOWED)
      .filter(({ _fieldsecurityprofileid_value: profile }) => profileIds.has(profile?.toLowerCase() ?? ""))
      .map(({ attributelogicalname }) => attributelogicalname),
  );
}

/** A depth that is not a text counts as organisation-wide: it is no evidence of a gap. */
function isOrganisationWide({ Depth: depth }: { Depth?: unknown }): boolean {
  return typeof depth !== "string" || depth === "Global";
}

// Newer versions return the names of privileges, older ones only their ids.
async function privilegeNames(
  requests: Requests,
  rolePrivileges: z.infer<typeof PrivilegesOfUser>["RolePrivileges"],
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<string>> {
  if (rolePrivileges.every(({ PrivilegeName: name }) => name))
    return new Set(rolePrivileges.map(({ PrivilegeName: name }) => name?.toLowerCase() ?? ""));
  const ids = new Set(rolePrivileges.map(({ PrivilegeId: id }) => id.toLowerCase()));
  const filter = NEEDED_PRIVILEGES.map((name) => `name eq '${name}'`)
    .join(" or ")
    .replaceAll(" ", "%20");
  const all = await readList(
    requests,
    `privileges?$select=privilegeid,name&$filter=${filter}`,
    listSchema(Privilege),
    signal,
  );
  return new Set(
    all
      .filter(({ privilegeid: id }) => ids.has(id.toLowerCase()))
      .map(({ name }) => name?.toLowerCase() ?? ""),
  );
}
