// Who gets in and who sees what: sign-in discovery, membership, roles, privileges, column security, ownership of views.
import { describe, expect, test } from "vitest";
import { startCore, columnOf, member, rowsOf } from "./web-api-client.ts";

const VIEW = '<fetch><entity name="account"><attribute name="name" /></entity></fetch>';

describe("the door", () => {
  test("says where to sign in when there is no token, and more when it is bad", async () => {
    await using core = await startCore();
    const { origin, tenantId } = core.simulator;
    const discovery = `authorization_uri=${origin}/${tenantId}/oauth2/authorize, resource_id=${origin}/`;
    const none = await fetch(`${origin}/api/data/v9.2/WhoAmI`);
    expect([none.status, none.headers.get("www-authenticate"), await none.text()]).toEqual([
      401,
      `Bearer ${discovery}`,
      "",
    ]);
    const bad = await fetch(`${origin}/api/data/v9.2/`, { headers: { authorization: "Bearer nonsense" } });
    expect(bad.headers.get("www-authenticate")).toBe(
      `Bearer error=invalid_token, error_description=Error during token validation!, ${discovery}`,
    );
  });

  test.each([
    ["is disabled", { disabled: true }, true, "0x80040225"],
    ["has no licence", { licensed: false }, true, "0x8004D24B"],
    ["has no role", {}, false, "0x80042f09"],
  ] as const)("refuses a user who %s", async (_, facts, withRole, code) => {
    await using core = await startCore();
    const roles = withRole ? [String(core.org.roles.get("Basic User"))] : [];
    const user = core.org.addUser({ fullname: "Bo Berg", email: "bo@contoso.example", roles });
    const token = await core.bearer(user);
    core.org.update("systemuser", user, {
      isdisabled: "disabled" in facts,
      ...("licensed" in facts ? { islicensed: false } : {}),
    });
    const answer = await core.ask("WhoAmI", { headers: { authorization: `Bearer ${token}` } });
    expect([answer.status, member(answer.json, "error", "code")]).toEqual([403, code]);
  });

  test("refuses who is no user of the organisation", async () => {
    await using core = await startCore();
    const user = core.org.addUser({ fullname: "Bo Berg", email: "bo@contoso.example" });
    const token = await core.bearer(user);
    core.org.remove("systemuser", user);
    const answer = await core.ask("WhoAmI", { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(403);
    expect(answer.json).toEqual({
      error: { code: "0x80072560", message: "The user is not a member of the organization." },
    });
  });
});

describe("privileges", () => {
  test("a missing one is named with user, table and id", async () => {
    await using core = await startCore();
    const role = core.org.addRole("Views only", { prvReadUserQuery: "user" });
    const user = core.org.addUser({ fullname: "Bo Berg", email: "bo@contoso.example", roles: [role] });
    const answer = await core.ask("accounts?$select=name", { as: user });
    expect([answer.status, member(answer.json, "error", "code")]).toEqual([403, "0x80040220"]);
    expect(member(answer.json, "error", "message")).toContain(
      `Principal user (Id=${user}, type=8, roleCount=1, privilegeCount=1, accessMode=0) is missing prvReadAccount privilege ` +
        "(Id=886b280c-6396-4d56-a0a3-2c1b0a50ceb0) on OTC=1 for entity 'account'.",
    );
  });

  test("come through a team as well, and System Administrator is known by its template", async () => {
    await using core = await startCore();
    const user = core.org.addUser({ fullname: "Bo Berg", email: "bo@contoso.example" });
    const admins = core.org.addTeam({
      name: "Admins",
      roles: [String(core.org.roles.get("System Administrator"))],
      members: [user],
    });
    core.org.createAccount({ name: "A" });
    expect(columnOf(await core.ask("accounts?$select=name", { as: user }), "name")).toEqual(["A"]);
    const direct = await core.ask(`systemusers(${user})/systemuserroles_association?$select=roleid`, {
      as: user,
    });
    expect(rowsOf(direct)).toEqual([]);
    const team = await core.ask(`teams(${admins})/teamroles_association?$select=_roletemplateid_value`, {
      as: user,
    });
    expect(columnOf(team, "_roletemplateid_value")).toEqual(["627090ff-40a3-4053-8790-584edc5be201"]);
  });

  test("at user depth only one's own rows are seen, in every way of reading", async () => {
    await using core = await startCore();
    const user = core.org.addUser({
      fullname: "Bo Berg",
      email: "bo@contoso.example",
      roles: [String(core.org.roles.get("Basic User"))],
    });
    const foreign = core.org.createAccount({ name: "Theirs" });
    core.org.createAccount({ name: "Mine", ownerid: user });
    expect(columnOf(await core.ask("accounts?$select=name", { as: user }), "name")).toEqual(["Mine"]);
    const fetched = await core.ask(`accounts?fetchXml=${encodeURIComponent(VIEW)}`, { as: user });
    expect(columnOf(fetched, "name")).toEqual(["Mine"]);
    expect((await core.ask(`accounts(${foreign})`, { as: user })).status).toBe(403);
  });

  test("are listed by RetrieveUserPrivileges", async () => {
    await using core = await startCore();
    const answer = await core.ask(
      `systemusers(${core.org.adminId})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()`,
    );
    const privileges = member(answer.json, "RolePrivileges");
    expect(privileges).toContainEqual({
      Depth: "Global",
      PrivilegeId: "886b280c-6396-4d56-a0a3-2c1b0a50ceb0",
      BusinessUnitId: core.org.businessUnitId,
      PrivilegeName: "prvReadAccount",
    });
  });
});

describe("column security", () => {
  const prepare = async () => {
    const core = await startCore((org) => {
      org.addColumn({ schemaName: "new_TaxId", type: "String", label: "Tax ID", secured: true });
      org.createAccount({ name: "A", new_taxid: "NO 1" });
    });
    const role = core.org.addRole("Reader", { prvReadAccount: "organisation" });
    const user = core.org.addUser({ fullname: "Bo Berg", email: "bo@contoso.example", roles: [role] });
    return { core, user };
  };

  test("hides the value without a word, null in OData and absent in FetchXML", async () => {
    const { core, user } = await prepare();
    await using _ = core;
    const path = "accounts?$select=name,new_taxid";
    expect(columnOf(await core.ask(path), "new_taxid")).toEqual(["NO 1"]);
    expect(columnOf(await core.ask(path, { as: user }), "new_taxid")).toEqual([null]);
    const xml = encodeURIComponent(
      '<fetch><entity name="account"><attribute name="name" /><attribute name="new_taxid" /></entity></fetch>',
    );
    const [row] = rowsOf(await core.ask(`accounts?fetchXml=${xml}`, { as: user }));
    expect(Object.keys(row ?? {})).not.toContain("new_taxid");
  });

  test("refuses a condition on it with its own code", async () => {
    const { core, user } = await prepare();
    await using _ = core;
    const odata = await core.ask("accounts?$filter=new_taxid eq 'NO 1'", { as: user });
    expect([odata.status, member(odata.json, "error", "code")]).toEqual([403, "0x8004F506"]);
    const xml = encodeURIComponent(
      '<fetch><entity name="account"><filter><condition attribute="new_taxid" operator="not-null" /></filter></entity></fetch>',
    );
    expect(member((await core.ask(`accounts?fetchXml=${xml}`, { as: user })).json, "error", "code")).toBe(
      "0x8004F506",
    );
  });

  test("refuses every way of choosing rows by it, and none that only looks alike", async () => {
    const { core, user } = await prepare();
    await using _ = core;
    core.org.addColumn({ schemaName: "new_TaxId", type: "String", label: "Tax ID" }, "contact");
    core.org.setPrivilege(String(core.org.roles.get("Reader")), "prvReadContact", "organisation");
    const code = async (inside: string) => {
      const xml = `<fetch><entity name="account">${inside}</entity></fetch>`;
      const answer = await core.ask(`accounts?fetchXml=${encodeURIComponent(xml)}`, { as: user });
      return answer.status === 200 ? "ran" : member(answer.json, "error", "code");
    };
    const inContact =
      '<link-entity name="contact" from="contactid" to="primarycontactid" alias="c"><filter><condition attribute="new_taxid" operator="null"/></filter></link-entity>';
    const verdicts = {
      valueof: '<filter><condition attribute="name" operator="eq" valueof="new_taxid"/></filter>',
      order: '<order attribute="new_taxid"/>',
      join: '<link-entity name="contact" from="fullname" to="new_taxid"/>',
      shown: '<attribute name="new_taxid"/>',
      another: inContact,
    };
    expect([await code(verdicts.valueof), await code(verdicts.order), await code(verdicts.join)]).toEqual(
      Array.from({ length: 3 }, () => "0x8004F506"),
    );
    expect([await code(verdicts.shown), await code(verdicts.another)]).toEqual(["ran", "ran"]);
  });

  test("a profile given to a team of the user opens it", async () => {
    const { core, user } = await prepare();
    await using _ = core;
    const team = core.org.addTeam({ name: "Finance", members: [user] });
    core.org.assignProfile(core.org.addFieldSecurityProfile("Tax", ["new_taxid"]), team);
    expect(columnOf(await core.ask("accounts?$select=new_taxid", { as: user }), "new_taxid")).toEqual([
      "NO 1",
    ]);
  });
});

describe("personal views", () => {
  test("are seen by their owner and those they are shared with, not even by an administrator", async () => {
    await using core = await startCore();
    const roles = [String(core.org.roles.get("Basic User"))];
    const [ann, bo] = ["Ann", "Bo"].map((name) =>
      core.org.addUser({ fullname: name, email: `${name}@contoso.example`, roles }),
    );
    const view = core.org.addView({
      kind: "personal",
      name: "Big",
      fetchxml: VIEW,
      ...(ann ? { owner: ann } : {}),
    });
    const listed = async (as?: string) =>
      columnOf(await core.ask("userqueries?$select=name", as ? { as } : {}), "name");
    expect([await listed(ann), await listed(bo), await listed()]).toEqual([["Big"], [], []]);
    const team = core.org.addTeam({ name: "North", ...(bo ? { members: [bo] } : {}) });
    core.org.shareView(view, team);
    expect(await listed(bo)).toEqual(["Big"]);
    core.org.unshareView(view, team);
    expect(await listed(bo)).toEqual([]);
  });

  test("one that is deleted or not shared any more does not exist, to read and to run", async () => {
    await using core = await startCore();
    const view = core.org.addView({ kind: "personal", name: "Big", fetchxml: VIEW });
    const bo = core.org.addUser({
      fullname: "Bo",
      email: "bo@contoso.example",
      roles: [String(core.org.roles.get("Basic User"))],
    });
    for (const path of [`userqueries(${view})`, `accounts?userQuery=${view}`]) {
      const answer = await core.ask(path, { as: bo });
      expect([
        answer.status,
        member(answer.json, "error", "code"),
        member(answer.json, "error", "message"),
      ]).toEqual([404, "0x80040217", `Entity 'UserQuery' With Id = ${view} Does Not Exist`]);
    }
    core.org.deleteView(view);
    expect((await core.ask(`accounts?userQuery=${view}`)).status).toBe(404);
  });
});

describe("writing", () => {
  /** Somebody who may write accounts of their own, and somebody else's account and view. */
  async function startWriter() {
    let writer = "";
    const core = await startCore((org) => {
      const role = org.addRole("Writer", {
        prvReadAccount: "user",
        prvWriteAccount: "user",
        prvReadUserQuery: "user",
        prvReadUser: "organisation",
      });
      writer = org.addUser({ fullname: "Bo Berg", email: "bo@contoso.example", roles: [role] });
    });
    const account = core.org.createAccount({ name: "Theirs" });
    const view = core.org.addView({ kind: "personal", name: "Theirs", fetchxml: VIEW });
    return { core, writer, account, view };
  }

  test("a row one may not see is refused and stays as it is", async () => {
    const { core, writer, account } = await startWriter();
    await using _ = core;
    const ask = { as: writer, method: "PATCH", body: { name: "Mine" } };
    const answer = await core.ask(`accounts(${account})`, ask);
    expect([answer.status, member(answer.json, "error", "code")]).toEqual([403, "0x80040220"]);
    expect(core.org.accounts.get(account)?.["name"]).toBe("Theirs");
  });

  test("a view one may not see cannot be shared with oneself", async () => {
    const { core, writer, view } = await startWriter();
    await using _ = core;
    const body = {
      Target: { "@odata.type": "Microsoft.Dynamics.CRM.userquery", userqueryid: view },
      PrincipalAccess: {
        AccessMask: "ReadAccess",
        Principal: { "@odata.type": "Microsoft.Dynamics.CRM.systemuser", systemuserid: writer },
      },
    };
    const answer = await core.ask("GrantAccess", { as: writer, method: "POST", body });
    expect([answer.status, member(answer.json, "error", "code")]).toEqual([404, "0x80040217"]);
    expect(rowsOf(await core.ask("userqueries", { as: writer }))).toEqual([]);
  });
});
