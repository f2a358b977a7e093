// Tests paging: every row comes once whatever the order and the page size, the cookie's format, and
// changes before and after the reader's position.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foldText } from "../../simulator/fetchxml/collation.ts";
import { compareGuids } from "../../simulator/org/guids.ts";
import { allPages, member, nextLinkOf, rowsOf, startWebApi } from "./web-api-client.ts";
import { propertyRuns } from "../harness/counts.ts";

const size = (rows: number) => ({ prefer: `odata.maxpagesize=${rows}` });

describe("the link to the next page", () => {
  test("carries the cookie as Microsoft's sample of page-results.md does, on the host that was called", async () => {
    await using api = await startWebApi((org) => {
      org.createAccount({ accountid: "49b0be2e-d01c-ed11-b83e-000d3a572421", name: "A" });
      org.createAccount({ accountid: "d5026a4d-d01c-ed11-b83e-000d3a572421", name: "B" });
      org.createAccount({ accountid: "00000000-0000-0000-0000-ffffffffffff", name: "C" });
    });
    const response = await api.request("accounts?$select=name", size(2));
    const cookie =
      "%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22%253ccookie%2520page%253d%25221%2522%253e%253caccountid%2520" +
      "last%253d%2522%257bD5026A4D-D01C-ED11-B83E-000D3A572421%257d%2522%2520" +
      "first%253d%2522%257b49B0BE2E-D01C-ED11-B83E-000D3A572421%257d%2522%2520%252f%253e%253c%252fcookie%253e%22%20istracking=%22False%22%20/%3E";
    expect(nextLinkOf(response)).toBe(
      `${api.simulator.origin}/api/data/v9.2/accounts?$select=name&$skiptoken=${cookie}`,
    );
    expect(response.headers.get("preference-applied")).toBe("odata.maxpagesize=2");
  });

  test("is of the version that was called", async () => {
    await using api = await startWebApi((org) => {
      for (let at = 0; at < 3; at += 1) org.createAccount({ name: "A" });
    });
    const { origin } = api.simulator;
    const link = nextLinkOf(await api.request(`${origin}/api/data/v9.1/accounts?$select=name`, size(1)));
    expect(link?.startsWith(`${origin}/api/data/v9.1/accounts?$select=name&$skiptoken=`)).toBe(true);
  });

  test("refuses a cookie of another order, and one that is none", async () => {
    await using api = await startWebApi((org) => {
      for (let at = 0; at < 3; at += 1) org.createAccount({ name: "A" });
    });
    const link = nextLinkOf(await api.request("accounts?$select=name", size(1))) ?? "";
    const other = await api.request(link.replace("$select=name", "$orderby=name"), size(1));
    expect([other.status, member(other.json, "error", "code")]).toEqual([400, "0x80041129"]);
    expect((await api.request("accounts?$skiptoken=nonsense")).status).toBe(400);
  });
});

describe("counts and limits", () => {
  test("a page never has more than 5,000 rows, a count never says more", async () => {
    await using api = await startWebApi((org) => {
      for (let at = 0; at < 5001; at += 1) org.createAccount({ name: "A" });
    });
    const options = { prefer: 'odata.maxpagesize=9000,odata.include-annotations="*"' };
    const response = await api.request("accounts?$select=accountid&$count=true", options);
    expect(rowsOf(response)).toHaveLength(5000);
    expect(response.json).toMatchObject({
      "@odata.count": 5000,
      "@Microsoft.Dynamics.CRM.totalrecordcount": 5000,
      "@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded": true,
    });
    expect(rowsOf(await api.request(nextLinkOf(response) ?? "", options))).toHaveLength(1);
    expect((await api.request("accounts/$count")).text).toBe("5000");
    const exact = await api.request("RetrieveTotalRecordCount(EntityNames=@p)?@p=['account']");
    expect(member(exact.json, "EntityRecordCountCollection", "Values", 0)).toBe(5001);
  });

  test("$top ends the reading; with a page size it is ignored", async () => {
    await using api = await startWebApi((org) => {
      for (let at = 0; at < 7; at += 1) org.createAccount({ name: "A" });
    });
    const top = await api.request("accounts?$select=name&$top=3");
    expect([rowsOf(top).length, nextLinkOf(top)]).toEqual([3, undefined]);
    const paged = await api.request("accounts?$select=name&$top=3", size(2));
    expect([rowsOf(paged).length, nextLinkOf(paged) === undefined]).toEqual([2, false]);
    const uncounted = await api.request("accounts?$select=name", {
      prefer: 'odata.include-annotations="*"',
    });
    expect(member(uncounted.json, "@Microsoft.Dynamics.CRM.totalrecordcount")).toBe(-1);
  });
});

test("every row comes once, in order, whatever the order columns hold and the page size is", async () => {
  await using api = await startWebApi();
  const name = fc.option(fc.constantFrom("a", "A", "b", "Ä", "ab", "a&<\"'b", "%25 x", "zeta  "), {
    nil: null,
  });
  const account = fc.record({
    name,
    numberofemployees: fc.option(fc.integer({ min: 0, max: 3 }), { nil: null }),
    creditonhold: fc.boolean(),
    createdon: fc.constantFrom("2025-01-01T00:00:00Z", "2025-01-02T00:00:00Z"),
  });
  const order = fc.subarray(["name", "numberofemployees", "creditonhold", "createdon", "_ownerid_value"]);
  const story = fc.record({
    accounts: fc.array(account, { maxLength: 25 }),
    order,
    descending: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
    rows: fc.integer({ min: 1, max: 9 }),
  });
  await fc.assert(
    fc.asyncProperty(story, async ({ accounts, order: columns, descending, rows }) => {
      for (const row of [...api.org.accounts.rows()]) api.org.deleteAccount(String(row["accountid"]));
      for (const one of accounts) api.org.createAccount(one);
      const orderBy = columns.map((column, at) => `${column} ${descending[at] ? "desc" : "asc"}`);
      const path = `accounts?$select=name,numberofemployees,creditonhold,createdon,_ownerid_value&$orderby=${orderBy.join(",")}`;
      const got = await allPages(api, orderBy.length === 0 ? "accounts?$select=name" : path, size(rows));
      const key = (row: Readonly<Record<string, unknown>>) => String(row["accountid"]);
      expect(new Set(got.map(key)).size).toBe(accounts.length);
      const sorted = got.toSorted((a, b) => {
        for (const [at, column] of columns.entries()) {
          const sign = compared(column, a[column], b[column]) * (descending[at] ? -1 : 1);
          if (sign !== 0) return sign;
        }
        return compareGuids(key(a), key(b));
      });
      expect(got.map(key)).toEqual(sorted.map(key));
    }),
    propertyRuns(30, 60),
  );
});

/** Nulls come first; text is compared without case and accents, everything else as it is. */
function compared(column: string, a: unknown, b: unknown): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  const [x, y] = column === "name" ? [foldText(String(a)), foldText(String(b))] : [String(a), String(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

describe("while rows change", () => {
  test("rows inserted or deleted before the position shift nothing; those inserted after it are read", async () => {
    await using api = await startWebApi((org) => {
      for (let at = 0; at < 10; at += 1) org.createAccount({ name: `A${at}` });
    });
    const ids = api.org.accounts.rows().map((row) => String(row["accountid"]));
    const late = "ffffffff-ffff-ffff-ffff-ffffffffffff";
    const seen = await allPages(api, "accounts?$select=name", size(4), (page) => {
      if (page !== 2) return;
      api.org.deleteAccount(String(ids[3])); // the boundary itself
      api.org.createAccount({
        accountid: "00000000-0000-0000-0000-000000000000",
        name: "before the position",
      });
      api.org.createAccount({ accountid: late, name: "after the position" });
    });
    expect(seen.map((row) => row["accountid"])).toEqual([...ids, late]);
  });

  test("a column that is deleted in the middle fails the next page", async () => {
    await using api = await startWebApi((org) => {
      org.addColumn({ schemaName: "new_Gone", type: "String", label: "Gone" });
      for (let at = 0; at < 3; at += 1) org.createAccount({ name: `A${at}` });
    });
    const first = await api.request("accounts?$select=new_gone", size(2));
    api.org.deleteColumn("new_gone");
    const next = await api.request(nextLinkOf(first) ?? "", size(2));
    expect([next.status, member(next.json, "error", "code")]).toEqual([400, "0x80060888"]);
  });
});

describe("views", () => {
  const fetchXml = (rows: number, page = 1, cookie = "") =>
    `<fetch count="${rows}" page="${page}"${cookie === "" ? "" : ` paging-cookie="${cookie}"`}><entity name="account"><attribute name="name" /><attribute name="revenue" /><order attribute="accountid" /></entity></fetch>`;

  test("FetchXML has no link; its cookie comes only when requested, doubly encoded", async () => {
    await using api = await startWebApi((org) => {
      for (let at = 0; at < 5; at += 1)
        org.createAccount({ name: `A${at}`, revenue: at === 0 ? 45000 : null });
    });
    const path = (xml: string) => `accounts?fetchXml=${encodeURIComponent(xml)}`;
    const silent = await api.request(path(fetchXml(2)));
    expect(Object.keys(Object(silent.json))).toEqual(["@odata.context", "value"]);
    const wanted = {
      prefer:
        'odata.include-annotations="Microsoft.Dynamics.CRM.fetchxmlpagingcookie,Microsoft.Dynamics.CRM.morerecords"',
    };
    let names: unknown[] = [];
    let cookie = "";
    for (let page = 1; page < 9; page += 1) {
      const response = await api.request(path(fetchXml(2, page, cookie)), wanted);
      names = names.concat(rowsOf(response).map((row) => row["name"]));
      if (member(response.json, "@Microsoft.Dynamics.CRM.morerecords") !== true) break;
      const outer = String(member(response.json, "@Microsoft.Dynamics.CRM.fetchxmlpagingcookie"));
      const inner =
        /^<cookie pagenumber="2" pagingcookie="([^"]+)" istracking="False" \/>$/.exec(outer)?.[1] ?? "";
      const plain = decodeURIComponent(decodeURIComponent(inner));
      expect(plain).toMatch(
        new RegExp(`^<cookie page="${page}"><accountid last="\\{[0-9A-F-]{36}\\}" first="`),
      );
      cookie = plain.replaceAll("<", "&lt;").replaceAll('"', "&quot;");
    }
    expect(names.toSorted()).toEqual(["A0", "A1", "A2", "A3", "A4"]);
  });

  test("leave empty columns out, bring the currency of money and name both in the context", async () => {
    await using api = await startWebApi((org) => {
      org.createAccount({ name: "A", revenue: 45000 });
      org.createAccount({ name: "B", revenue: null, transactioncurrencyid: null });
    });
    const xml =
      '<fetch><entity name="account"><attribute name="name" /><attribute name="revenue" /><order attribute="name" /></entity></fetch>';
    const response = await api.request(`accounts?fetchXml=${encodeURIComponent(xml)}`);
    expect(rowsOf(response).map((row) => Object.keys(row))).toEqual([
      ["@odata.etag", "name", "revenue", "_transactioncurrencyid_value", "accountid"],
      ["@odata.etag", "name", "accountid"],
    ]);
    expect(response.text).toContain('"revenue":45000.0000,');
    expect(member(response.json, "@odata.context")).toBe(
      `${api.simulator.origin}/api/data/v9.2/$metadata#accounts(name,revenue,_transactioncurrencyid_value,transactioncurrencyid,accountid,transactioncurrencyid())`,
    );
  });

  test("a stored view is read page by page through its links", async () => {
    await using api = await startWebApi((org) => {
      for (let at = 0; at < 7; at += 1)
        org.createAccount({ name: `A & ${at} <b>`, statecode: at === 3 ? 1 : 0 });
    });
    const rows = await allPages(api, "accounts?savedQuery=00000000-0000-0000-00aa-000010001002", size(2));
    expect(rows.map((row) => row["name"])).toEqual([0, 1, 2, 4, 5, 6].map((at) => `A & ${at} <b>`));
  });

  test("a deleted column breaks a view with FetchXML's own code, a view of another table is refused", async () => {
    await using api = await startWebApi((org) => {
      org.addColumn({ schemaName: "new_Gone", type: "String", label: "Gone" });
    });
    const xml = '<fetch><entity name="account"><attribute name="new_gone" /></entity></fetch>';
    const view = api.org.addView({ kind: "personal", name: "V", fetchxml: xml });
    expect((await api.request(`accounts?userQuery=${view}`)).status).toBe(200);
    api.org.deleteColumn("new_gone");
    const broken = await api.request(`accounts?userQuery=${view}`);
    expect([broken.status, member(broken.json, "error", "code")]).toEqual([400, "0x80041103"]);
    const contacts = encodeURIComponent('<fetch><entity name="contact" /></fetch>');
    expect(member((await api.request(`accounts?fetchXml=${contacts}`)).json, "error", "code")).toBe(
      "0x80041128",
    );
  });
});
