// Tests FetchXML and views with an independent client: paged by cookies, joined, grouped, stored.
import { describe, expect, test } from "vitest";
import { NAMES, refusalOf, startClient, addNumberedAccounts } from "./independent-client.ts";

type Row = Readonly<Record<string, unknown>>;

const FORMATTED = "@OData.Community.Display.V1.FormattedValue";
const ACTIVE_ACCOUNTS = "00000000-0000-0000-00aa-000010001002";
const sortedNames = (rows: readonly Row[]) => rows.map((row) => String(row["name"])).toSorted();

describe("FetchXML", () => {
  const inTens =
    '<fetch count="10"><entity name="account"><attribute name="name" /><order attribute="name" /></entity></fetch>';

  test("is read to its end by requested cookies", async () => {
    await using session = await startClient(addNumberedAccounts);
    const { value } = await session.client.fetchAll<Row>({
      collection: "accounts",
      fetchXml: inTens,
      includeAnnotations: "Microsoft.Dynamics.CRM.fetchxmlpagingcookie,Microsoft.Dynamics.CRM.morerecords",
    });
    expect(value.map((row) => row["name"])).toEqual(NAMES);
  });

  test("continues after a cookie although earlier rows were deleted", async () => {
    await using session = await startClient(addNumberedAccounts);
    const request = { collection: "accounts", fetchXml: inTens, includeAnnotations: "*" };
    const first = await session.client.fetch<Row>(request);
    session.org.deleteAccount(String(first.value[3]?.["accountid"]));
    const second = await session.client.fetch<Row>({
      ...request,
      pageNumber: 2,
      ...(first.PagingInfo?.cookie === undefined ? {} : { pagingCookie: first.PagingInfo.cookie }),
    });
    expect(first.PagingInfo?.nextPage).toBe(2);
    expect(second.value.map((row) => row["name"])).toEqual(NAMES.slice(10, 20));
  });

  test("has neither cookie nor nextLink when no annotation was requested", async () => {
    await using session = await startClient(addNumberedAccounts);
    const page = await session.client.fetch({ collection: "accounts", fetchXml: inTens });
    expect(Object.keys(page).toSorted()).toEqual(["@odata.context", "oDataContext", "value"]);
  });

  test("joins, and leaves empty columns out", async () => {
    await using session = await startClient((org) => {
      const contact = org.create("contact", { firstname: "Jo", lastname: "Doe", fullname: "Jo Doe" });
      org.createAccount({ name: "With", primarycontactid: contact });
      org.createAccount({ name: "Without" });
    });
    const { value } = await session.client.fetch<Row>({
      collection: "accounts",
      fetchXml:
        '<fetch><entity name="account"><attribute name="name" /><attribute name="telephone1" /><order attribute="name" />' +
        '<link-entity name="contact" from="contactid" to="primarycontactid" link-type="outer" alias="pc"><attribute name="fullname" /></link-entity></entity></fetch>',
    });
    expect(value.map((row) => [row["name"], row["pc.fullname"], "telephone1" in row])).toEqual([
      ["With", "Jo Doe", false],
      ["Without", undefined, false],
    ]);
  });

  test("counts and groups", async () => {
    await using session = await startClient(addNumberedAccounts);
    const { value } = await session.client.fetch<Row>({
      collection: "accounts",
      fetchXml:
        '<fetch aggregate="true"><entity name="account"><attribute name="accountid" aggregate="count" alias="rows" />' +
        '<attribute name="statecode" groupby="true" alias="state" /><order alias="state" /></entity></fetch>',
      includeAnnotations: "*",
    });
    expect(value).toMatchObject([
      { state: 0, [`state${FORMATTED}`]: "Active", rows: 19, [`rows${FORMATTED}`]: "19" },
      { state: 1, [`state${FORMATTED}`]: "Inactive", rows: 4 },
    ]);
  });
});

describe("groups of dates", () => {
  test.each([
    ["year", 2026],
    ["month", 1],
    ["fiscal-year", "FY2026"],
    ["fiscal-period", "Quarter 1 FY2026"],
  ])("by %s are read as %s", async (dategrouping, expected) => {
    await using session = await startClient((org) => void org.createAccount({ name: "A" }));
    const { value } = await session.client.fetch<Row>({
      collection: "accounts",
      fetchXml:
        `<fetch aggregate="true"><entity name="account"><attribute name="createdon" groupby="true" dategrouping="${dategrouping}" alias="when" />` +
        '<attribute name="accountid" aggregate="count" alias="rows" /></entity></fetch>',
    });
    expect(value).toEqual([{ when: expected, rows: 1 }]);
  });
});

describe("a view", () => {
  const personal = '<fetch count="10"><entity name="account"><attribute name="name" /></entity></fetch>';

  test("of the system is executed by id", async () => {
    await using session = await startClient(addNumberedAccounts);
    const page = await session.client.retrieve<{ value: Row[] }>({
      collection: "accounts",
      savedQuery: ACTIVE_ACCOUNTS,
    });
    expect(sortedNames(page.value)).toEqual(NAMES.filter((_, at) => at % 5 !== 4));
  });

  test("of a person is executed for its owner page after page, and does not exist for others", async () => {
    await using session = await startClient(addNumberedAccounts);
    const owner = session.org.addUser({
      fullname: "Bo Berg",
      email: "bo@contoso.example",
      roles: [String(session.org.roles.get("System Administrator"))],
    });
    const view = session.org.addView({ kind: "personal", name: "Mine", owner, fetchxml: personal });
    const client = session.clientOf(owner);
    const rows: Row[] = [];
    let page = await client.retrieve<{ value: Row[]; "@odata.nextLink"?: string }>({
      collection: "accounts",
      userQuery: view,
    });
    for (;;) {
      rows.push(...page.value);
      const next = page["@odata.nextLink"];
      if (next === undefined) break;
      page = await client.retrieveMultiple<Row>({ collection: "accounts" }, next);
    }
    expect(sortedNames(rows)).toEqual(NAMES);
    const refusal = await refusalOf(session.client.retrieve({ collection: "accounts", userQuery: view }));
    expect([refusal.status, refusal.code]).toEqual([404, "0x80040217"]);
  });

  test("is listed to those who see it, with its FetchXML", async () => {
    await using session = await startClient();
    session.org.addView({ kind: "personal", name: "Mine", fetchxml: personal });
    const listed = await session.client.retrieveMultiple<Row>({
      collection: "userqueries",
      select: ["name", "fetchxml", "returnedtypecode", "_ownerid_value"],
      filter: "returnedtypecode eq 'account' and statecode eq 0 and querytype eq 0",
      orderBy: ["name"],
    });
    expect(listed.value).toMatchObject([
      { name: "Mine", fetchxml: personal, returnedtypecode: "account", _ownerid_value: session.org.adminId },
    ]);
  });

  test("takes a filter, an order, other columns and fewer rows on top", async () => {
    await using session = await startClient(addNumberedAccounts);
    const fetchxml =
      '<fetch><entity name="account"><attribute name="fax" /><order attribute="name" />' +
      '<filter><condition attribute="statecode" operator="eq" value="0" /></filter></entity></fetch>';
    const view = session.org.addView({ kind: "personal", name: "Mine", fetchxml });
    const { value } = await session.client.retrieveMultiple<Row>({
      collection: "accounts",
      select: ["name"],
      filter: "numberofemployees lt 10",
      orderBy: ["numberofemployees desc"],
      top: 3,
      queryParams: [`userQuery=${view}`],
    });
    // A09 and A04 are inactive.
    expect(value.map((row) => row["name"])).toEqual(["A08", "A07", "A06"]);
    expect(Object.keys(value[0] ?? {})).toEqual(["@odata.etag", "name", "accountid"]);
  });

  test("pages are as large as the client prefers, and linked", async () => {
    await using session = await startClient(addNumberedAccounts);
    const { value } = await session.client.retrieveAll<Row>({
      collection: "accounts",
      filter: "statecode eq 0",
      maxPageSize: 4,
      queryParams: [`savedQuery=${ACTIVE_ACCOUNTS}`],
    });
    expect(value.map((row) => row["name"])).toEqual(NAMES.filter((_, at) => at % 5 !== 4));
  });

  test("takes no $expand, nor FetchXML any option that it says itself", async () => {
    await using session = await startClient(addNumberedAccounts);
    const expand = [{ property: "primarycontactid" }];
    for (const [queryParams, more] of [
      [[`savedQuery=${ACTIVE_ACCOUNTS}`], { expand }],
      [[`fetchXml=${encodeURIComponent('<fetch><entity name="account" /></fetch>')}`], { top: 1 }],
    ] as const) {
      const request = { collection: "accounts", queryParams: [...queryParams], ...more };
      expect((await refusalOf(session.client.retrieveMultiple(request))).code).toBe("0x80060888");
    }
  });
});
