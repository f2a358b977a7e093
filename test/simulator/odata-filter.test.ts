// Tests $filter: every operator and function over a few accounts, and what is refused.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { columnOf, member, startWebApi, type WebApiClient } from "./web-api-client.ts";

let api: WebApiClient;
beforeAll(async () => {
  api = await startWebApi((org) => {
    const bo = org.addUser({ fullname: "Bo Berg", email: "bo@contoso.example" });
    const parent = org.createAccount({
      name: "Ålesund Fisk",
      numberofemployees: 10,
      industrycode: 17,
      revenue: 1000,
    });
    org.createAccount({
      name: "Berg AS",
      numberofemployees: 200,
      ownerid: bo,
      createdon: "2025-12-30T10:00:00Z",
      parentaccountid: parent,
    });
    org.createAccount({
      name: "berg holding",
      statecode: 1,
      creditonhold: true,
      websiteurl: "https://berg.example/100%",
    });
    org.createAccount({
      name: "O'Neill (Ltd)",
      numberofemployees: 10,
      createdon: "2024-05-01T00:00:00Z",
      industrycode: 3,
    });
    org.createAccount({ name: null, description: "no name" });
  });
});
afterAll(() => api[Symbol.asyncDispose]());

async function names(filter: string): Promise<unknown[]> {
  const response = await api.request(
    `accounts?$select=name&$orderby=name&$filter=${encodeURIComponent(filter)}`,
  );
  return columnOf(response, "name");
}

describe("finds", () => {
  test.each([
    ["name eq 'BERG as'", ["Berg AS"]],
    ["name eq 'alesund fisk'", ["Ålesund Fisk"]],
    ["name eq 'O''Neill (Ltd)'", ["O'Neill (Ltd)"]],
    ["name ne 'Berg AS'", ["Ålesund Fisk", "berg holding", "O'Neill (Ltd)"]],
    ["not (name eq 'Berg AS')", ["Ålesund Fisk", "berg holding", "O'Neill (Ltd)"]],
    ["name eq null", [null]],
    ["name ne null and statecode eq 1", ["berg holding"]],
    ["numberofemployees gt 10 or industrycode eq 3", ["Berg AS", "O'Neill (Ltd)"]],
    ["numberofemployees eq 10 and not contains(name,'fisk')", ["O'Neill (Ltd)"]],
    ["10 lt numberofemployees", ["Berg AS"]],
    ["revenue ge 999.99", ["Ålesund Fisk"]],
    ["creditonhold", ["berg holding"]],
    ["creditonhold eq true", ["berg holding"]],
    ["createdon lt 2025-01-01", ["O'Neill (Ltd)"]],
    ["createdon ge 2025-12-30T11:00:00+01:00 and createdon lt 2026-01-01T00:00:00Z", ["Berg AS"]],
    ["startswith(name,'berg')", ["Berg AS", "berg holding"]],
    ["endswith(name,'HOLDING')", ["berg holding"]],
    ["contains(name,'b_rg')", ["Berg AS", "berg holding"]],
    ["parentaccountid/name eq 'Ålesund Fisk'", ["Berg AS"]],
    [
      "Microsoft.Dynamics.CRM.In(PropertyName='industrycode',PropertyValues=['3','17'])",
      ["Ålesund Fisk", "O'Neill (Ltd)"],
    ],
    [
      "Microsoft.Dynamics.CRM.Between(PropertyName='numberofemployees',PropertyValues=['100','300'])",
      ["Berg AS"],
    ],
    [
      "Microsoft.Dynamics.CRM.LastXDays(PropertyName='createdon',PropertyValue=5) and numberofemployees eq 200",
      ["Berg AS"],
    ],
    ["Microsoft.Dynamics.CRM.OlderThanXMonths(PropertyName='createdon',PropertyValue=6)", ["O'Neill (Ltd)"]],
    [
      "(statecode eq 0 and numberofemployees eq 10) or statecode eq 1",
      ["Ålesund Fisk", "berg holding", "O'Neill (Ltd)"],
    ],
  ])("%s", async (filter, expected) => {
    expect(await names(filter)).toEqual(expected);
  });

  test("the caller's own by EqualUserId, and others' by guid", async () => {
    expect(
      await names("Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid') and name ne null"),
    ).not.toContain("Berg AS");
    const bo = api.org
      .requireTable("systemuser")
      .rows()
      .find((row) => row["fullname"] === "Bo Berg")?.["systemuserid"];
    expect(await names(`_ownerid_value eq ${String(bo)}`)).toEqual(["Berg AS"]);
  });
});

describe("refuses", () => {
  const absent = (name: string) =>
    `Could not find a property named '${name}' on type 'Microsoft.Dynamics.CRM.account'.`;
  test.each([
    ["$filter=new_gone eq 1", absent("new_gone")],
    ["$select=name,industrycodename", absent("industrycodename")],
    ["$select=Name", absent("Name")],
    ["$select=ownerid", absent("ownerid")],
    ["$orderby=nope", absent("nope")],
    ["$filter=name eq 'a' nonsense", "Syntax error at position 12 in 'name eq 'a' nonsense'."],
    ["$filter=(name eq 'a'", "Expression expected at position 12 in '(name eq 'a''."],
    [
      "$filter=statecode eq '0'",
      "A binary operator with incompatible types was detected. Found operand types 'Edm.Int32' and 'Edm.String' for operator kind 'Equal'.",
    ],
    ["$skip=10", "Skip Clause is not supported in CRM"],
    ["$Select=name", "The query parameter $Select is not supported"],
    [
      "$top=-1",
      "Invalid value '-1' for $top query option found. The $top query option requires a non-negative integer value.",
    ],
  ])("%s", async (query, message) => {
    const response = await api.request(`accounts?${query}`);
    expect([response.status, member(response.json, "error")]).toEqual([400, { code: "0x80060888", message }]);
  });

  test("an unknown set, a bad path, a missing row, too long an address", async () => {
    const set = await api.request("Accounts");
    expect([set.status, member(set.json, "error", "message")]).toEqual([
      404,
      "Resource not found for the segment 'Accounts'.",
    ]);
    const path = await api.request("accounts/nowhere");
    expect([path.status, member(path.json, "error", "code")]).toEqual([400, "0x80060888"]);
    const id = "00000000-0000-0000-0000-000000000020";
    const row = await api.request(`accounts(${id})`);
    expect([row.status, member(row.json, "error")]).toEqual([
      404,
      { code: "0x80040217", message: `Entity 'account' With Id = ${id} Does Not Exist` },
    ]);
    const long = await api.request(`accounts?$filter=name eq '${"a".repeat(33000)}'`);
    expect([long.status, long.text]).toEqual([414, expect.stringContaining("<TITLE>Request URL Too Long")]);
  });

  test("a batch takes URLs of 64 KB, and none that are longer", async () => {
    const answerTo = async (length: number) => {
      const response = await fetch(`${api.simulator.origin}/api/data/v9.2/$batch`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${await api.accessToken()}`,
          "content-type": "multipart/mixed; boundary=b",
        },
        body: `--b\r\nContent-Type: application/http\r\n\r\nGET accounts?$filter=name%20eq%20'${"a".repeat(length)}' HTTP/1.1\r\n\r\n--b--\r\n`,
      });
      return [response.status, await response.text()];
    };
    expect(await answerTo(65_000)).toEqual([200, expect.stringContaining('"value":[]')]);
    expect(await answerTo(65_500)).toEqual([400, expect.stringContaining("The Uri string is too long.")]);
  });

  test("with annotations wanted the error explains itself", async () => {
    const response = await api.request("accounts?$select=nope", { prefer: 'odata.include-annotations="*"' });
    expect(Object.keys(Object(member(response.json, "error")))).toEqual([
      "code",
      "message",
      "@Microsoft.PowerApps.CDS.ErrorDetails.OperationStatus",
      "@Microsoft.PowerApps.CDS.ErrorDetails.SubErrorCode",
      "@Microsoft.PowerApps.CDS.HelpLink",
      "@Microsoft.PowerApps.CDS.TraceText",
      "@Microsoft.PowerApps.CDS.InnerError.Message",
    ]);
  });
});
