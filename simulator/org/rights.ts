// Adds users, teams, security roles and field security profiles to an organisation.
import { guidFrom } from "./guids.ts";
import {
  ADMIN_FIELD_PROFILE,
  ADMIN_ROLE_TEMPLATE,
  DEPTH_MASKS,
  type Depth,
  type NewTeam,
  type NewUser,
} from "./inputs.ts";
import { OrgRows } from "./rows.ts";

export class OrgRights extends OrgRows {
  /** Role ids by name: "System Administrator", "System Customizer", "Basic User". */
  readonly roles = new Map<string, string>();
  /** Minutes east of UTC, by user. */
  readonly utcOffsets = new Map<string, number>();
  private privilegeIds = { version: -1, byName: new Map<string, string>() };

  addUser(user: NewUser): string {
    const domainname = user.domainname === undefined ? (user.email ?? null) : user.domainname;
    const [firstname = "", ...last] = user.fullname.split(" ");
    const id = user.id ?? this.newId();
    this.create("systemuser", {
      systemuserid: id,
      // Users and teams, as principals, are their own owners.
      ownerid: id,
      fullname: user.fullname,
      yomifullname: user.fullname,
      firstname,
      lastname: last.join(" "),
      internalemailaddress: user.email ?? null,
      domainname,
      azureactivedirectoryobjectid: guidFrom(this.seed, "aad", user.fullname, domainname ?? ""),
      isdisabled: user.disabled ?? false,
      accessmode: user.accessMode ?? 0,
      islicensed: user.licensed ?? user.applicationId === undefined,
      applicationid: user.applicationId ?? null,
      businessunitid: this.businessUnitId,
      organizationid: this.id,
    });
    this.create("usersettings", {
      systemuserid: id,
      uilanguageid: user.uiLanguage ?? 0,
      localeid: this.baseLanguage,
    });
    if (user.utcOffsetMinutes !== undefined) this.utcOffsets.set(id, user.utcOffsetMinutes);
    for (const role of user.roles ?? []) this.assignRole(role, id);
    return id;
  }

  /** @param disabled false enables the user again */
  disableUser(id: string, disabled = true): void {
    this.update("systemuser", id, { isdisabled: disabled });
  }

  /** Chooses the language in which the user reads labels. */
  setUiLanguage(id: string, language: number): void {
    this.update("usersettings", id, { uilanguageid: language });
  }

  renameUser(id: string, fullname: string): void {
    const [firstname = "", ...last] = fullname.split(" ");
    this.update("systemuser", id, { fullname, firstname, lastname: last.join(" ") });
  }

  addTeam(team: NewTeam): string {
    const id = team.id ?? this.newId();
    this.create("team", {
      teamid: id,
      ownerid: id,
      name: team.name,
      teamtype: team.type ?? 0,
      isdefault: false,
      administratorid: this.adminId,
      businessunitid: this.businessUnitId,
      organizationid: this.id,
    });
    for (const member of team.members ?? []) this.addMember(id, member);
    for (const role of team.roles ?? []) this.assignRole(role, id);
    return id;
  }

  addMember(teamId: string, userId: string): void {
    this.link("teammembership", { teamid: teamId, systemuserid: userId });
  }

  removeMember(teamId: string, userId: string): void {
    this.unlink("teammembership", { teamid: teamId, systemuserid: userId });
  }

  /** @param privileges by name, e.g. `{ prvReadAccount: "organisation" }` */
  addRole(
    name: string,
    privileges: Readonly<Record<string, Depth>>,
    options: { id?: string; template?: string } = {},
  ): string {
    const id = options.id ?? this.newId();
    this.create("role", {
      roleid: id,
      name,
      businessunitid: this.businessUnitId,
      organizationid: this.id,
      parentrootroleid: id,
      roleidunique: this.newId(),
      ismanaged: options.template !== undefined,
      roletemplateid: options.template ?? null,
    });
    this.roles.set(name, id);
    // A new role has no privileges, so nothing need be replaced. Searching for it took most of the time
    // to create an organisation.
    for (const [privilege, depth] of Object.entries(privileges)) this.addPrivilege(id, privilege, depth);
    return id;
  }

  /** @param depth undefined removes the privilege */
  setPrivilege(roleId: string, privilege: string, depth: Depth | undefined): void {
    this.unlink("roleprivileges", { roleid: roleId, privilegeid: this.privilegeId(privilege) });
    if (depth !== undefined) this.addPrivilege(roleId, privilege, depth);
  }

  private addPrivilege(roleId: string, privilege: string, depth: Depth): void {
    this.create("roleprivileges", {
      roleid: roleId,
      privilegeid: this.privilegeId(privilege),
      privilegedepthmask: DEPTH_MASKS[depth],
    });
  }

  privilegeId(name: string): string {
    const table = this.requireTable("privilege");
    if (this.privilegeIds.version !== table.version) {
      const byName = table
        .rows()
        .map((row): [string, string] => [String(row["name"]), String(row["privilegeid"])]);
      this.privilegeIds = { version: table.version, byName: new Map(byName) };
    }
    const id = this.privilegeIds.byName.get(name);
    if (id === undefined) throw new Error(`The simulated organisation has no privilege ${name}.`);
    return id;
  }

  /** Assigns a role to a user or a team. */
  assignRole(roleId: string, principalId: string): void {
    if (this.isTeam(principalId)) this.link("teamroles", { teamid: principalId, roleid: roleId });
    else this.link("systemuserroles", { systemuserid: principalId, roleid: roleId });
    // Dataverse adds administrators to this profile by itself (Microsoft Learn: "Column-level
    // security").
    if (this.requireTable("role").get(roleId)?.["roletemplateid"] === ADMIN_ROLE_TEMPLATE) {
      this.assignProfile(ADMIN_FIELD_PROFILE, principalId);
    }
  }

  removeRole(roleId: string, principalId: string): void {
    this.unlink("teamroles", { teamid: principalId, roleid: roleId });
    this.unlink("systemuserroles", { systemuserid: principalId, roleid: roleId });
    if (this.requireTable("role").get(roleId)?.["roletemplateid"] === ADMIN_ROLE_TEMPLATE) {
      this.unlink("teamprofiles", { teamid: principalId, fieldsecurityprofileid: ADMIN_FIELD_PROFILE });
      this.unlink("systemuserprofiles", {
        systemuserid: principalId,
        fieldsecurityprofileid: ADMIN_FIELD_PROFILE,
      });
    }
  }

  /** @param readable secured columns that its members may read */
  addFieldSecurityProfile(
    name: string,
    readable: readonly string[],
    tableName = "account",
    id?: string,
  ): string {
    const profile = this.create("fieldsecurityprofile", { fieldsecurityprofileid: id, name });
    for (const logicalName of readable) this.addFieldPermission(profile, tableName, logicalName);
    return profile;
  }

  assignProfile(profileId: string, principalId: string): void {
    if (this.isTeam(principalId)) {
      this.link("teamprofiles", { teamid: principalId, fieldsecurityprofileid: profileId });
    } else {
      this.link("systemuserprofiles", { systemuserid: principalId, fieldsecurityprofileid: profileId });
    }
  }

  protected permitAdministrators(tableName: string, logicalName: string): void {
    this.addFieldPermission(ADMIN_FIELD_PROFILE, tableName, logicalName);
  }

  private addFieldPermission(profileId: string, tableName: string, logicalName: string): void {
    this.create("fieldpermission", {
      fieldsecurityprofileid: profileId,
      attributelogicalname: logicalName,
      entityname: tableName,
      canread: 4,
      cancreate: 4,
      canupdate: 4,
    });
  }
}
