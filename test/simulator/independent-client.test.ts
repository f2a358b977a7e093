// Tests reads with an independent client: OData's options, counts, expansion, and paging by links.
import { describe, expect, test } from "vitest";
import { NAMES, startClient, addNumberedAccounts, type ClientSession } from "./independent-client.ts";
import { member, rowsOf } from "./web-api-client.ts";

type Row = Readonly<Record<string, unknown>>;

const FORMATTED = "@OData.Community.Display.V1.FormattedValue";
const sortedNames = (rows: readonly Row[]) => rows.map((row) => String(row["name"])).toSorted();

describe("a query", () => {
  test("selects, filters, orders and stops at $top", async () => {
    await using session = await startClient(addNumberedAccounts);
    const { value } = await session.client.retrieveMultiple<Row>({
      collection: "accounts",
      select: ["name", "numberofemployees"],
      filter: "numberofemployees ge 3 and startswith(name,'A')",
      orderBy: ["numberofemployees desc"],
      top: 3,
    });
    expect(value.map((row) => [row["name"], row["numberofemployees"]])).toEqual([
      ["A22", 22],
      ["A21", 21],
      ["A20", 20],
    ]);
    expect(Object.keys(value[0] ?? {})).toEqual(["@odata.etag", "name", "numberofemployees", "accountid"]);
  });

  test("counts, with the rows and without", async () => {
    await using session = await startClient(addNumberedAccounts);
    const { client } = session;
    const page = await client.retrieveMultiple({ collection: "accounts", count: true, maxPageSize: 4 });
    expect([page.oDataCount, page.value.length]).toEqual([23, 4]);
    expect(await client.count({ collection: "accounts" })).toBe(23);
    expect(await client.count({ collection: "accounts", filter: "statecode eq 1" })).toBe(4);
    expect(await client.countAll({ collection: "accounts", select: ["name"] })).toBe(23);
  });

  test("follows links from page to page", async () => {
    await using session = await startClient(addNumberedAccounts);
    const request = { collection: "accounts", select: ["name"], orderBy: ["name"], maxPageSize: 10 };
    const first = await session.client.retrieveMultiple<Row>(request);
    const second = await session.client.retrieveMultiple<Row>(request, first.oDataNextLink);
    expect(second.value.map((row) => row["name"])).toEqual(NAMES.slice(10, 20));
    const all = await session.client.retrieveAll<Row>(request);
    expect(all.value.map((row) => row["name"])).toEqual(NAMES);
  });

  test("brings labels and what a lookup points to as annotations", async () => {
    await using session = await startClient(addNumberedAccounts);
    const { value } = await session.client.retrieveMultiple<Row>({
      collection: "accounts",
      select: ["industrycode", "revenue", "_ownerid_value", "createdon"],
      filter: "name eq 'A01'",
      includeAnnotations: "*",
    });
    expect(value[0]).toMatchObject({
      [`industrycode${FORMATTED}`]: "Agriculture and Non-petrol Natural Resource Extraction",
      [`revenue${FORMATTED}`]: "$1,000.50",
      revenue: 1000.5,
      [`_ownerid_value${FORMATTED}`]: "Admin Contoso",
      "_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname": "systemuser",
      _ownerid_value: session.org.adminId,
      // The client converts texts that look like instants to dates.
      createdon: new Date("2026-01-02T03:04:05Z"),
    });
  });

  test("too long for an address goes through $batch and answers the same", async () => {
    await using session = await startClient(addNumberedAccounts);
    const unlike = Array.from({ length: 80 }, (_, at) => `name ne 'somebody else, number ${at}'`);
    const { value } = await session.client.retrieveMultiple<Row>({
      collection: "accounts",
      select: ["name"],
      filter: unlike.join(" and "),
    });
    expect(sortedNames(value)).toEqual(NAMES);
    expect(session.api.simulator.requests.get("POST /api/data/v9.2/$batch")).toBe(1);
  });

  test("too long for an address is followed from page to page all the same, FetchXML too", async () => {
    await using session = await startClient(addNumberedAccounts);
    const unlike = Array.from({ length: 80 }, (_, at) => `somebody else, number ${at}`);
    const linked = await session.client.retrieveAll<Row>({
      collection: "accounts",
      select: ["name"],
      filter: unlike.map((name) => `name ne '${name}'`).join(" and "),
      maxPageSize: 10,
    });
    const conditions = unlike.map((name) => `<condition attribute="name" operator="ne" value="${name}" />`);
    const fetched = await session.client.fetchAll<Row>({
      collection: "accounts",
      fetchXml: `<fetch count="10"><entity name="account"><attribute name="name" /><filter>${conditions.join("")}</filter></entity></fetch>`,
      includeAnnotations: "*",
    });
    expect([linked.value.length, fetched.value.length]).toEqual([23, 23]);
    // Three pages each, and no other requests.
    expect(session.api.simulator.requests.get("POST /api/data/v9.2/$batch")).toBe(6);
    expect(session.api.simulator.requests.get("GET /api/data/v9.2/accounts")).toBeUndefined();
  });

  test("expands a lookup and the rows that belong to one", async () => {
    await using session = await startClient((org) => {
      const parent = org.createAccount({ name: "Parent" });
      org.createAccount({ name: "Child", parentaccountid: parent });
    });
    const { value } = await session.client.retrieveMultiple<Row>({
      collection: "accounts",
      select: ["name"],
      expand: [
        { property: "parentaccountid", select: ["name"] },
        { property: "account_parent_account", select: ["name"] },
      ],
      orderBy: ["name"],
    });
    expect(value).toMatchObject([
      { name: "Child", parentaccountid: { name: "Parent" }, account_parent_account: [] },
      { name: "Parent", parentaccountid: null, account_parent_account: [{ name: "Child" }] },
    ]);
  });

  test("filters, orders and limits the rows that belong to one", async () => {
    await using session = await startClient((org) => {
      const parent = org.createAccount({ name: "Parent" });
      for (const name of ["A", "B", "C", "Other"]) org.createAccount({ name, parentaccountid: parent });
    });
    const { value } = await session.client.retrieveMultiple<Row>({
      collection: "accounts",
      select: ["name"],
      filter: "name eq 'Parent'",
      expand: [
        {
          property: "account_parent_account",
          select: ["name"],
          filter: "name ne 'Other'",
          orderBy: ["name desc"],
          top: 2,
        },
      ],
    });
    expect(value[0]).toMatchObject({ account_parent_account: [{ name: "C" }, { name: "B" }] });
    const link = String(value[0]?.["account_parent_account@odata.nextLink"]);
    expect(rowsOf(await session.api.request(link))).toMatchObject([{ name: "C" }, { name: "B" }]);
  });

  test("expands within what it expands, and pages each collection then", async () => {
    await using session = await startClient((org) => {
      const parent = org.createAccount({ name: "Parent" });
      const contact = org.create("contact", { firstname: "Jo", lastname: "Doe", parentcustomerid: parent });
      for (const name of ["A", "B", "C"])
        org.createAccount({ name, parentaccountid: parent, primarycontactid: contact });
    });
    const { value } = await session.client.retrieveMultiple<Row>({
      collection: "accounts",
      select: ["name"],
      filter: "name eq 'Parent'",
      maxPageSize: 2,
      expand: [
        {
          property: "account_parent_account",
          select: ["name"],
          expand: [
            {
              property: "primarycontactid",
              select: ["fullname"],
              expand: [{ property: "parentcustomerid_account", select: ["name"] }],
            },
          ],
        },
      ],
    });
    const child = { primarycontactid: { fullname: "Jo Doe", parentcustomerid_account: { name: "Parent" } } };
    expect(value[0]).toMatchObject({ account_parent_account: [child, child] });
    const link = String(value[0]?.["account_parent_account@odata.nextLink"]);
    expect(rowsOf(await session.api.request(link))).toHaveLength(1);
  });

  test("refuses in an $expand what Dataverse refuses there", async () => {
    await using session = await startClient(addNumberedAccounts);
    const onLookup = "primarycontactid($top=1)";
    const nested = "account_parent_account($orderby=name;$expand=primarycontactid)";
    const beside = "account_parent_account($top=1),primarycontactid($expand=owninguser)";
    for (const expand of [onLookup, nested, beside])
      expect(await expandRefusal(session, expand)).toMatch(/^0x80060888 Only \$select and \$filter clause/);
    expect(await expandRefusal(session, "account_parent_account($skip=1)")).toMatch(
      /\$skip is not supported/,
    );
    expect(await expandRefusal(session, Array(16).fill("primarycontactid").join(","))).toMatch(/^0x8004430D/);
  });

  test("names tables by their logical names when it may look their sets up", async () => {
    await using session = await startClient(addNumberedAccounts);
    const client = session.clientOf(session.org.adminId, { useEntityNames: true });
    const { value } = await client.retrieveMultiple<Row>({ collection: "account", select: ["name"] });
    expect(value).toHaveLength(23);
  });
});

async function expandRefusal({ api }: ClientSession, expand: string): Promise<string> {
  const { status, json } = await api.request(`accounts?$select=name&$expand=${expand}`);
  expect(status).toBe(400);
  return `${String(member(json, "error", "code"))} ${String(member(json, "error", "message"))}`;
}
