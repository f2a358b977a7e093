// Tests companion columns, which show the meaning of others (primarycontactidname,
// industrycodename, owneridtype): real views name them, although OData has no property for them.
import { describe, expect, test } from "vitest";
import { customiseOrg } from "../../simulator/org/customise.ts";
import type { Org } from "../../simulator/org/org.ts";
import {
  columnOf,
  member,
  rowsOf,
  startWebApi,
  type WebApiResponse,
  type WebApiClient,
} from "./web-api-client.ts";

function fill(org: Org): void {
  customiseOrg(org);
  const team = org.addTeam({ name: "Inside Sales" });
  const [zoe, adam] = ["Zoë Lind", "Adam Bay"].map((fullname) =>
    org.create("contact", { fullname, yomifullname: `yomi ${fullname}` }),
  );
  org.createAccount({
    name: "A",
    primarycontactid: zoe,
    industrycode: 20,
    new_products: "100000000,100000003",
  });
  org.createAccount({ name: "B", primarycontactid: adam, ownerid: team, donotsendmm: true });
  org.createAccount({ name: "C", industrycode: 1 });
}

function runFetch(api: WebApiClient, inside: string, fetch = ""): Promise<WebApiResponse> {
  const xml = `<fetch ${fetch}><entity name="account">${inside}</entity></fetch>`;
  return api.request(`accounts?fetchXml=${encodeURIComponent(xml)}`);
}

describe("companion columns in FetchXML", () => {
  test.each([
    ["primarycontactidname", 'operator="eq" value="zoe lind"', ["A"]],
    ["primarycontactidname", 'operator="null"', ["C"]],
    ["primarycontactidyominame", 'operator="begins-with" value="yomi Adam"', ["B"]],
    ["owneridname", 'operator="like" value="Inside%"', ["B"]],
    ["owneridtype", 'operator="eq" value="team"', ["B"]],
    ["owneridtype", 'operator="eq" value="8"', ["A", "C"]],
    ["industrycodename", 'operator="in"><value>Insurance</value><value>Brokers</value></condition', ["A"]],
    ["statecodename", 'operator="eq" value="Active"', ["A", "B", "C"]],
    ["donotsendmarketingmaterialname", 'operator="eq" value="Do Not Send"', ["B"]],
    ["new_productsname", 'operator="eq" value="Inbox; API"', ["A"]],
  ])("%s is filtered on: %s", async (name, condition, found) => {
    await using api = await startWebApi(fill);
    const closed = condition.endsWith("</condition") ? `${condition}>` : `${condition}/>`;
    const response = await runFetch(
      api,
      `<attribute name="name"/><order attribute="name"/><filter><condition attribute="${name}" ${closed}</filter>`,
    );
    expect(columnOf(response, "name")).toEqual(found);
  });

  test("they are returned when named, absent where the other column is empty, and not among all columns", async () => {
    await using api = await startWebApi(fill);
    const named = await runFetch(
      api,
      '<attribute name="primarycontactidname"/><attribute name="industrycodename"/><order attribute="name"/>',
    );
    expect(rowsOf(named)).toMatchObject([
      { primarycontactidname: "Zoë Lind", industrycodename: "Insurance" },
      { primarycontactidname: "Adam Bay" },
      { industrycodename: "Accounting" },
    ]);
    expect(Object.keys(rowsOf(named)[1] ?? {})).not.toContain("industrycodename");
    const all = rowsOf(await runFetch(api, "<all-attributes/>"));
    expect(Object.keys(all[0] ?? {})).not.toContain("primarycontactidname");
  });

  test("they order, group and join, and follow a rename", async () => {
    await using api = await startWebApi(fill);
    const ordered = () =>
      runFetch(api, '<attribute name="name"/><order attribute="primarycontactidname" descending="true"/>');
    expect(columnOf(await ordered(), "name")).toEqual(["A", "B", "C"]);
    const zoe = api.org
      .requireTable("contact")
      .rows()
      .find((row) => row["fullname"] === "Zoë Lind");
    api.org.update("contact", String(zoe?.["contactid"]), { fullname: "Aaron Lind" });
    expect(columnOf(await ordered(), "name")).toEqual(["B", "A", "C"]);
    const grouped = await runFetch(
      api,
      '<attribute name="statecodename" groupby="true" alias="state"/><attribute name="accountid" aggregate="count" alias="n"/>',
      'aggregate="true"',
    );
    expect(rowsOf(grouped)).toEqual([{ state: "Active", n: 3 }]);
    const joined = await runFetch(
      api,
      '<attribute name="name"/><link-entity name="contact" from="fullname" to="primarycontactidname"/><order attribute="name"/>',
    );
    expect(columnOf(joined, "name")).toEqual(["A", "B"]);
  });

  test("those of a column nobody may read are refused", async () => {
    await using api = await startWebApi(fill);
    const response = await runFetch(api, '<attribute name="isprivatename"/>');
    expect(member(response.json, "error", "code")).toBe("0x80041103");
  });
});

test("rows below are counted as numbers, not as text", async () => {
  await using api = await startWebApi((org) => {
    const parent = org.createAccount({ name: "A" });
    org.createAccount({ name: "B", parentaccountid: parent });
  });
  const counted = await runFetch(
    api,
    '<attribute name="name"/><attribute name="accountid" alias="below" rowaggregate="CountChildren"/><order attribute="name"/>',
  );
  expect(columnOf(counted, "below")).toEqual([1, 0]);
});
