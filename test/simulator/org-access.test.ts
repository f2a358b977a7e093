// Tests access: sign-in discovery, membership, roles, privileges, column security, ownership of
// views.
import { describe, expect, test } from "vitest";
import { startWebApi, columnOf, member, rowsOf } from "./web-api-client.ts";

const VIEW = '<fetch><entity name="account"><attribute name="name" /></entity></fetch>';

describe("authentication", () => {
  test("says where to sign in without a token, and what is wrong with an invalid one", async () => {
    await using api = await startWebApi();
    const { origin, tenantId } = api.simulator;
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
    await using api = await startWebApi();
    const roles = withRole ? [String(api.org.roles.get("Basic User"))] : [];
    const user = api.org.addUser({ fullname: "Bo Berg", email: "bo@contoso.example", roles });
    const token = await api.accessToken(user);
    api.org.update("systemuser", user, {
      isdisabled: "disabled" in facts,
      ...("licensed" in facts ? { islicensed: false } : {}),
    });
    const response = await api.request("WhoAmI", { headers: { authorization: `Bearer ${token}` } });
    expect([response.status, member(response.json, "error", "code")]).toEqual([403, code]);
  });

  test("refuses a caller who is no user of the organisation", async () => {
    await using api = await startWebApi();
    const user = api.org.addUser({ fullname: "Bo Berg", email: "bo@contoso.example" });
    const token = await api.accessToken(user);
    api.org.remove("systemuser", user);
    const response = await api.request("WhoAmI", { headers: { authorization: `Bearer ${token}` } });
    expect(response.status).toBe(403);
    expect(response.json).toEqual({
      error: { code: "0x80072560", message: "The user is not a member of the organization." },
    });
  });
});

describe("privileges", () => {
  test("a missing one is named with user, table and id", async () => {
    await using api = await startWebApi();
    const role = api.org.addRole("Views only", { prvReadUserQuery: "user" });
    const user = api.org.addUser({ fullname: "Bo Berg", email: "bo@contoso.example", roles: [role] });
    const response = await api.request("accounts?$select=name", { as: user });
    expect([response.status, member(response.json, "error", "code")]).toEqual([403, "0x80040220"]);
    expect(member(response.json, "error", "message")).toContain(
      `Principal user (Id=${user}, type=8, roleCount=1, privilegeCount=1, accessMode=0) is missing prvReadAccount privilege ` +
        "(Id=886b280c-6396-4d56-a0a3-2c1b0a50ceb0) on OTC=1 for entity 'account'.",
    );
  });

  test("come through a team as well, and System Administrator is known by its template", async () => {
    await using api = await startWebApi();
    const user = api.org.addUser({ fullname: "Bo Berg", email: "bo@contoso.example" });
    const admins = api.org.addTeam({
      name: "Admins",
      roles: [String(api.org.roles.get("System Administrator"))],
      members: [user],
    });
    api.org.createAccount({ name: "A" });
    expect(columnOf(await api.request("accounts?$select=name", { as: user }), "name")).toEqual(["A"]);
    const direct = await api.request(`systemusers(${user})/systemuserroles_association?$select=roleid`, {
      as: user,
    });
    expect(rowsOf(direct)).toEqual([]);
    const team = await api.request(`teams(${admins})/teamroles_association?$select=_roletemplateid_value`, {
      as: user,
    });
    expect(columnOf(team, "_roletemplateid_value")).toEqual(["627090ff-40a3-4053-8790-584edc5be201"]);
  });

  test("at user depth only one's own rows are seen, in every way of reading", async () => {
    await using api = await startWebApi();
    const user = api.org.addUser({
      fullname: "Bo Berg",
      email: "bo@contoso.example",
      roles: [String(api.org.roles.get("Basic User"))],
    });
    const foreign = api.org.createAccount({ name: "Theirs" });
    api.org.createAccount({ name: "Mine", ownerid: user });
    expect(columnOf(await api.request("accounts?$select=name", { as: user }), "name")).toEqual(["Mine"]);
    const fetched = await api.request(`accounts?fetchXml=${encodeURIComponent(VIEW)}`, { as: user });
    expect(columnOf(fetched, "name")).toEqual(["Mine"]);
    expect((await api.request(`accounts(${foreign})`, { as: user })).status).toBe(403);
  });

  test("are listed by RetrieveUserPrivileges", async () => {
    await using api = await startWebApi();
    const response = await api.request(
      `systemusers(${api.org.adminId})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()`,
    );
    const privileges = member(response.json, "RolePrivileges");
    expect(privileges).toContainEqual({
      Depth: "Global",
      PrivilegeId: "886b280c-6396-4d56-a0a3-2c1b0a50ceb0",
      BusinessUnitId: api.org.businessUnitId,
      PrivilegeName: "prvReadAccount",
    });
  });
});

describe("column security", () => {
  const prepare = async () => {
    const api = await startWebApi((org) => {
      org.addColumn({ schemaName: "new_TaxId", type: "String", label: "Tax ID", secured: true });
      org.createAccount({ name: "A", new_taxid: "NO 1" });
    });
    const role = api.org.addRole("Reader", { prvReadAccount: "organisation" });
    const user = api.org.addUser({ fullname: "Bo Berg", email: "bo@contoso.example", roles: [role] });
    return { api, user };
  };

  test("hides the value without an error: null in OData, absent in FetchXML", async () => {
    const { api, user } = await prepare();
    await using _ = api;
    const path = "accounts?$select=name,new_taxid";
    expect(columnOf(await api.request(path), "new_taxid")).toEqual(["NO 1"]);
    expect(columnOf(await api.request(path, { as: user }), "new_taxid")).toEqual([null]);
    const xml = encodeURIComponent(
      '<fetch><entity name="account"><attribute name="name" /><attribute name="new_taxid" /></entity></fetch>',
    );
    const [row] = rowsOf(await api.request(`accounts?fetchXml=${xml}`, { as: user }));
    expect(Object.keys(row ?? {})).not.toContain("new_taxid");
  });

  test("refuses a condition on it with its own code", async () => {
    const { api, user } = await prepare();
    await using _ = api;
    const odata = await api.request("accounts?$filter=new_taxid eq 'NO 1'", { as: user });
    expect([odata.status, member(odata.json, "error", "code")]).toEqual([403, "0x8004F506"]);
    const xml = encodeURIComponent(
      '<fetch><entity name="account"><filter><condition attribute="new_taxid" operator="not-null" /></filter></entity></fetch>',
    );
    expect(member((await api.request(`accounts?fetchXml=${xml}`, { as: user })).json, "error", "code")).toBe(
      "0x8004F506",
    );
  });

  test("refuses every way to filter or order by it, and nothing that only looks similar", async () => {
    const { api, user } = await prepare();
    await using _ = api;
    api.org.addColumn({ schemaName: "new_TaxId", type: "String", label: "Tax ID" }, "contact");
    api.org.setPrivilege(String(api.org.roles.get("Reader")), "prvReadContact", "organisation");
    const code = async (inside: string) => {
      const xml = `<fetch><entity name="account">${inside}</entity></fetch>`;
      const response = await api.request(`accounts?fetchXml=${encodeURIComponent(xml)}`, { as: user });
      return response.status === 200 ? "ran" : member(response.json, "error", "code");
    };
    const inContact =
      '<link-entity name="contact" from="contactid" to="primarycontactid" alias="c"><filter><condition attribute="new_taxid" operator="null"/></filter></link-entity>';
    const queries = {
      valueof: '<filter><condition attribute="name" operator="eq" valueof="new_taxid"/></filter>',
      order: '<order attribute="new_taxid"/>',
      join: '<link-entity name="contact" from="fullname" to="new_taxid"/>',
      shown: '<attribute name="new_taxid"/>',
      another: inContact,
    };
    expect([await code(queries.valueof), await code(queries.order), await code(queries.join)]).toEqual(
      Array.from({ length: 3 }, () => "0x8004F506"),
    );
    expect([await code(queries.shown), await code(queries.another)]).toEqual(["ran", "ran"]);
  });

  test("a profile assigned to the user's team grants access", async () => {
    const { api, user } = await prepare();
    await using _ = api;
    const team = api.org.addTeam({ name: "Finance", members: [user] });
    api.org.assignProfile(api.org.addFieldSecurityProfile("Tax", ["new_taxid"]), team);
    expect(columnOf(await api.request("accounts?$select=new_taxid", { as: user }), "new_taxid")).toEqual([
      "NO 1",
    ]);
  });
});

describe("personal views", () => {
  test("are seen by their owner and those they are shared with, not even by an administrator", async () => {
    await using api = await startWebApi();
    const roles = [String(api.org.roles.get("Basic User"))];
    const [ann, bo] = ["Ann", "Bo"].map((name) =>
      api.org.addUser({ fullname: name, email: `${name}@contoso.example`, roles }),
    );
    const view = api.org.addView({
      kind: "personal",
      name: "Big",
      fetchxml: VIEW,
      ...(ann ? { owner: ann } : {}),
    });
    const listed = async (as?: string) =>
      columnOf(await api.request("userqueries?$select=name", as ? { as } : {}), "name");
    expect([await listed(ann), await listed(bo), await listed()]).toEqual([["Big"], [], []]);
    const team = api.org.addTeam({ name: "North", ...(bo ? { members: [bo] } : {}) });
    api.org.shareView(view, team);
    expect(await listed(bo)).toEqual(["Big"]);
    api.org.unshareView(view, team);
    expect(await listed(bo)).toEqual([]);
  });

  test("one that is deleted or not shared any more does not exist, to read and to run", async () => {
    await using api = await startWebApi();
    const view = api.org.addView({ kind: "personal", name: "Big", fetchxml: VIEW });
    const bo = api.org.addUser({
      fullname: "Bo",
      email: "bo@contoso.example",
      roles: [String(api.org.roles.get("Basic User"))],
    });
    for (const path of [`userqueries(${view})`, `accounts?userQuery=${view}`]) {
      const response = await api.request(path, { as: bo });
      expect([
        response.status,
        member(response.json, "error", "code"),
        member(response.json, "error", "message"),
      ]).toEqual([404, "0x80040217", `Entity 'UserQuery' With Id = ${view} Does Not Exist`]);
    }
    api.org.deleteView(view);
    expect((await api.request(`accounts?userQuery=${view}`)).status).toBe(404);
  });
});

describe("writing", () => {
  /** A user who may write accounts of their own, and an account and a view of somebody else. */
  async function startWriter() {
    let writer = "";
    const api = await startWebApi((org) => {
      const role = org.addRole("Writer", {
        prvReadAccount: "user",
        prvWriteAccount: "user",
        prvReadUserQuery: "user",
        prvReadUser: "organisation",
      });
      writer = org.addUser({ fullname: "Bo Berg", email: "bo@contoso.example", roles: [role] });
    });
    const account = api.org.createAccount({ name: "Theirs" });
    const view = api.org.addView({ kind: "personal", name: "Theirs", fetchxml: VIEW });
    return { api, writer, account, view };
  }

  test("a row one may not see is refused and stays as it is", async () => {
    const { api, writer, account } = await startWriter();
    await using _ = api;
    const options = { as: writer, method: "PATCH", body: { name: "Mine" } };
    const response = await api.request(`accounts(${account})`, options);
    expect([response.status, member(response.json, "error", "code")]).toEqual([403, "0x80040220"]);
    expect(api.org.accounts.get(account)?.["name"]).toBe("Theirs");
  });

  test("a view one may not see cannot be shared with oneself", async () => {
    const { api, writer, view } = await startWriter();
    await using _ = api;
    const body = {
      Target: { "@odata.type": "Microsoft.Dynamics.CRM.userquery", userqueryid: view },
      PrincipalAccess: {
        AccessMask: "ReadAccess",
        Principal: { "@odata.type": "Microsoft.Dynamics.CRM.systemuser", systemuserid: writer },
      },
    };
    const response = await api.request("GrantAccess", { as: writer, method: "POST", body });
    expect([response.status, member(response.json, "error", "code")]).toEqual([404, "0x80040217"]);
    expect(rowsOf(await api.request("userqueries", { as: writer }))).toEqual([]);
  });
});
