// Tests the tables around account: what queries join and select exists, and what no organisation
// has is refused as in Dataverse.
import { describe, expect, test } from "vitest";
import { completeColumns, guid, lookup, text } from "../../simulator/org/columns.ts";
import { installApps } from "../../simulator/org/apps.ts";
import type { Org } from "../../simulator/org/org.ts";
import type { TableMetadata } from "../../simulator/org/table.ts";
import { columnOf, member, startWebApi, type WebApiResponse, type WebApiClient } from "./web-api-client.ts";

/** Queries accounts with the given elements inside. */
function accounts(api: WebApiClient, inside: string, as?: string): Promise<WebApiResponse> {
  const xml = `<fetch><entity name="account"><attribute name="name"/>${inside}</entity></fetch>`;
  return api.request(`accounts?fetchXml=${encodeURIComponent(xml)}`, as === undefined ? {} : { as });
}

function project(): TableMetadata {
  return {
    logicalName: "new_project",
    entitySet: "new_projects",
    schemaName: "new_Project",
    label: "Project",
    objectTypeCode: 10001,
    primaryId: "new_projectid",
    primaryName: "new_name",
    ownership: "OrganizationOwned",
    columns: completeColumns("new_project", [
      guid("new_ProjectId"),
      text("new_Name|Name", 100),
      ...lookup("new_Account|Account", "account"),
    ]),
  };
}

describe("tables around account", () => {
  test.each([
    [
      "opportunity",
      "parentaccountid",
      "accountid",
      "estimatedvalue actualclosedate closeprobability statecode",
    ],
    [
      "lead",
      "leadid",
      "originatingleadid",
      "subject companyname leadqualitycode emailaddress1 address1_city",
    ],
    ["incident", "customerid", "accountid", "title ticketnumber prioritycode casetypecode"],
    ["contact", "contactid", "primarycontactid", "firstname birthdate jobtitle telephone1 donotemail"],
    ["task", "regardingobjectid", "accountid", "subject scheduledend percentcomplete prioritycode"],
    ["phonecall", "regardingobjectid", "accountid", "phonenumber directioncode actualend"],
    ["email", "regardingobjectid", "accountid", "subject senton torecipients"],
    ["appointment", "regardingobjectid", "accountid", "location scheduledstart isalldayevent"],
    ["activitypointer", "regardingobjectid", "accountid", "activitytypecode subject actualend"],
    ["activityparty", "partyid", "accountid", "participationtypemask activityid"],
    ["campaignresponse", "regardingobjectid", "accountid", "receivedon responsecode"],
    ["bulkoperationlog", "regardingobjectid", "accountid", "errornumber"],
    ["territory", "territoryid", "territoryid", "name managerid"],
    ["customeraddress", "parentid", "accountid", "city addressnumber postalcode"],
    ["connection", "record1id", "accountid", "record2id record2roleid statecode"],
    ["listmember", "entityid", "accountid", "listid"],
    ["annotation", "objectid", "accountid", "notetext isdocument"],
    ["quote", "customerid", "accountid", "quotenumber totalamount"],
    ["salesorder", "customerid", "accountid", "ordernumber submitdate"],
    ["invoice", "customerid", "accountid", "invoicenumber duedate"],
    ["accountleads", "accountid", "accountid", "leadid"],
    ["postfollow", "regardingobjectid", "accountid", "createdon"],
    ["owner", "ownerid", "ownerid", "name"],
    ["systemuser", "systemuserid", "owninguser", "internalemailaddress title territoryid"],
    ["team", "teamid", "owningteam", "name teamtype"],
    ["businessunit", "businessunitid", "owningbusinessunit", "name costcenter"],
  ])("%s is joined by %s to %s, and has the columns people ask for", async (table, from, to, names) => {
    await using api = await startWebApi(installApps);
    const columns = names.split(" ").map((name) => `<attribute name="${name}"/>`);
    const link = `<link-entity name="${table}" from="${from}" to="${to}" link-type="outer">${columns.join("")}</link-entity>`;
    expect(await accounts(api, link)).toMatchObject({ status: 200 });
  });

  test("a joined table's rows can be written and come back", async () => {
    await using api = await startWebApi((org) => void org.createAccount({ name: "Contoso" }));
    const [account] = api.org.accounts.rows();
    const created = await api.request("opportunities", {
      method: "POST",
      body: {
        name: "Renewal",
        estimatedvalue: 1200,
        "customerid_account@odata.bind": `/accounts(${account?.["accountid"]})`,
      },
    });
    expect(created.status).toBe(204);
    const link =
      '<link-entity name="opportunity" from="customerid" to="accountid" alias="deal"><attribute name="estimatedvalue"/>' +
      '<filter><condition attribute="statecode" operator="eq" value="0"/></filter></link-entity>';
    expect(columnOf(await accounts(api, link), "deal.estimatedvalue")).toEqual([1200]);
  });

  test("a lookup to many tables is written by one name for each", async () => {
    await using api = await startWebApi((org) => void org.createAccount({ name: "Contoso" }));
    const account = String(api.org.accounts.rows()[0]?.["accountid"]);
    const body = { subject: "Note", "objectid_account@odata.bind": `/accounts(${account})` };
    expect((await api.request("annotations", { method: "POST", body })).status).toBe(204);
    const note = await api.request("annotations?$select=subject,_objectid_value", {
      prefer: 'odata.include-annotations="*"',
    });
    expect(member(note.json, "value", 0)).toMatchObject({
      _objectid_value: account,
      "_objectid_value@Microsoft.Dynamics.CRM.associatednavigationproperty": "objectid_account",
    });
  });

  test("a table or a column that the organisation has not is refused with Dataverse's codes", async () => {
    await using api = await startWebApi();
    const unknown = await accounts(api, '<link-entity name="new_gone" from="new_goneid" to="accountid"/>');
    expect([unknown.status, member(unknown.json, "error", "code")]).toEqual([400, "0x80041102"]);
    const link = '<link-entity name="lead" from="new_gone" to="accountid"/>';
    const column = await accounts(api, link);
    expect([column.status, member(column.json, "error", "code")]).toEqual([400, "0x80041103"]);
  });

  test("users and teams are owners under their current name, tasks are activity pointers until deleted", async () => {
    await using api = await startWebApi();
    const { org } = api;
    const user = org.addUser({ fullname: "Ann Old" });
    org.renameUser(user, "Ann New");
    org.addTeam({ name: "Sales" });
    const names = columnOf(await api.request("owners?$select=name,owneridtype"), "name");
    expect(names).toEqual(expect.arrayContaining(["Ann New", "Sales", "Admin Contoso"]));
    expect(names).not.toContain("Ann Old");
    const account = org.createAccount({ name: "Contoso" });
    const task = org.create("task", { subject: "Call", regardingobjectid: account });
    const pointers = () =>
      api.request("activitypointers?$select=subject,activitytypecode,_regardingobjectid_value");
    expect(member((await pointers()).json, "value", 0)).toMatchObject({
      subject: "Call",
      activitytypecode: "task",
      _regardingobjectid_value: account,
    });
    org.remove("task", task);
    expect(columnOf(await pointers(), "subject")).toEqual([]);
  });
});

describe("a table of one's own", () => {
  async function withProject(prepare: (org: Org) => void = () => {}): Promise<WebApiClient> {
    return startWebApi((org) => {
      org.addTable(project());
      prepare(org);
    });
  }
  const link =
    '<link-entity name="new_project" from="new_account" to="accountid" alias="p"><attribute name="new_name"/></link-entity>';

  test("is queried, joined and described like those that were there", async () => {
    await using api = await withProject((org) => {
      const account = org.createAccount({ name: "Contoso" });
      org.create("new_project", { new_name: "Moon", new_account: account });
    });
    expect(columnOf(await accounts(api, link), "p.new_name")).toEqual(["Moon"]);
    expect(columnOf(await api.request("new_projects?$select=new_name"), "new_name")).toEqual(["Moon"]);
    const definition = await api.request(
      "EntityDefinitions(LogicalName='new_project')?$select=EntitySetName",
    );
    expect(definition.json).toMatchObject({ EntitySetName: "new_projects" });
  });

  test("needs a privilege of its own, which the administrator has and others have not", async () => {
    await using api = await withProject();
    const role = String(api.org.roles.get("Basic User"));
    const user = api.org.addUser({ fullname: "Ann", roles: [role] });
    const refused = await accounts(api, link, user);
    expect([refused.status, member(refused.json, "error", "code")]).toEqual([403, "0x80040220"]);
    expect(member(refused.json, "error", "message")).toContain("prvReadnew_Project");
  });

  test("cannot take the name of another", async () => {
    await expect(withProject((org) => void org.addTable(project()))).rejects.toThrow("new_project already");
  });
});
