// What the connected user may do: by role, by privilege, and by field security profile, each also through its teams.
// Microsoft Learn, "Security concepts" and "Column-level security"; roles are told by template, for every business unit
// has its own copy of each.
import { z } from "zod";
import { listSchema, readList } from "../http/lists.ts";
import type { Identity } from "../model.ts";
import type { Requests } from "../http/requests.ts";

const SYSTEM_ADMINISTRATOR_TEMPLATE = "627090ff-40a3-4053-8790-584edc5be201";

/** What a sync reads. */
const NEEDED_PRIVILEGES = [
  "prvReadAccount",
  "prvReadUser",
  "prvReadTeam",
  "prvReadUserQuery",
  "prvReadQuery",
  "prvReadEntity",
  "prvReadAttribute",
] as const;

/** Those whose depth decides how much is seen; a personal view is never seen by more than its owner and those it is shared with. */
const NEEDED_ORGANISATION_WIDE: readonly string[] = ["prvReadAccount", "prvReadUser", "prvReadTeam"];

export interface PrivilegeGaps {
  /** Needed privileges that no role of the user or its teams gives. */
  readonly missing: readonly string[];
  /** Given, but not for the whole organisation: part of the accounts or users would not be seen, without any error. */
  readonly insufficientDepth: readonly string[];
}

export interface UserAccess {
  isSystemAdministrator(signal?: AbortSignal): Promise<boolean>;
  privilegeGaps(signal?: AbortSignal): Promise<PrivilegeGaps>;
  /** Secured account columns that a field security profile lets the user read. Does not speak for administrators. */
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
      /** "Basic", "Local", "Deep" or "Global"; once for each role that gives it. */
      Depth: z.unknown().optional(),
    }),
  ),
});
const Privilege = z.object({ privilegeid: z.string(), name: z.string().nullish() });

/** fieldpermission.canread */
const ALLOWED = 4;
/** team.teamtype: an access team shares records; it has neither roles nor profiles. */
const ACCESS_TEAM = 1;

export function userAccess(
  requests: Requests,
  whoAmI: (signal?: AbortSignal) => Promise<Identity>,
): UserAccess {
  const teamsOf = async (userId: string, signal: AbortSignal | undefined) => {
    const path = `systemusers(${userId})/teammembership_association?$select=teamid,teamtype`;
    const teams = await readList(requests, path, listSchema(Team), signal);
    return teams.filter(({ teamtype }) => teamtype !== ACCESS_TEAM).map(({ teamid }) => teamid);
  };
  const hasAdministratorRole = async (path: string, signal: AbortSignal | undefined) => {
    const roles = await readList(
      requests,
      `${path}?$select=roleid,_roletemplateid_value`,
      listSchema(Role),
      signal,
    );
    return roles.some(
      (role) => role["_roletemplateid_value"]?.toLowerCase() === SYSTEM_ADMINISTRATOR_TEMPLATE,
    );
  };
  return {
    async isSystemAdministrator(signal) {
      const { userId } = await whoAmI(signal);
      if (await hasAdministratorRole(`systemusers(${userId})/systemuserroles_association`, signal))
        return true;
      for (const team of await teamsOf(userId, signal))
        if (await hasAdministratorRole(`teams(${team})/teamroles_association`, signal)) return true;
      return false;
    },
    async privilegeGaps(signal) {
      const { userId } = await whoAmI(signal);
      const path = `systemusers(${userId})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()`;
      const { RolePrivileges: rolePrivileges } = await requests.json(path, PrivilegesOfUser, { signal });
      const names = await privilegeNames(requests, rolePrivileges, signal);
      const organisationWide = await privilegeNames(
        requests,
        rolePrivileges.filter(isOrganisationWide),
        signal,
      );
      return {
        missing: NEEDED_PRIVILEGES.filter((name) => !names.has(name.toLowerCase())),
        insufficientDepth: NEEDED_ORGANISATION_WIDE.filter(
          (name) => names.has(name.toLowerCase()) && !organisationWide.has(name.toLowerCase()),
        ),
      };
    },
    async readableSecuredColumns(signal) {
      const { userId } = await whoAmI(signal);
      const paths = [`systemusers(${userId})/systemuserprofiles_association`];
      for (const team of await teamsOf(userId, signal)) paths.push(`teams(${team})/teamprofiles_association`);
      const profileIds = new Set<string>();
      for (const path of paths)
        for (const profile of await readList(
          requests,
          `${path}?$select=fieldsecurityprofileid`,
          listSchema(Profile),
          signal,
        ))
          profileIds.add(profile.fieldsecurityprofileid.toLowerCase());
      const select = "attributelogicalname,canread,_fieldsecurityprofileid_value";
      const filter = "entityname eq 'account'".replaceAll(" ", "%20");
      const query = `fieldpermissions?$select=${select}&$filter=${filter}`;
      const permissions = await readList(requests, query, listSchema(Permission), signal);
      return new Set(
        permissions
          .filter(({ canread }) => canread === ALLOWED)
          .filter(({ _fieldsecurityprofileid_value: profile }) =>
            profileIds.has(profile?.toLowerCase() ?? ""),
          )
          .map(({ attributelogicalname }) => attributelogicalname),
      );
    },
  };
}

/** Where the depth is not told in words, nothing is made of it. */
function isOrganisationWide({ Depth: depth }: { Depth?: unknown }): boolean {
  return typeof depth !== "string" || depth === "Global";
}

// Newer versions name the privileges in the answer itself; before, only their ids came.
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
