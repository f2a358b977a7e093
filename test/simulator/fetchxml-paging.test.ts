// Tests paging: the cookie, the start of the next page, queries without a cookie, and the end of
// simple paging.
import { describe, expect, test } from "vitest";
import { executeFetch } from "../../simulator/fetchxml/engine.ts";
import type { QueryStore, Row } from "../../simulator/fetchxml/query-store.ts";
import type { FetchResult } from "../../simulator/fetchxml/result.ts";
import { callerOf, guid, storeOf } from "./fetchxml-store.ts";

const NOW = new Date("2024-05-15T12:00:00Z");
const ORDER_BY_NAME = `<order attribute="name" />`;

function organisation(accounts: readonly Row[], contacts: readonly Row[] = []): QueryStore {
  return storeOf({
    account: {
      primaryId: "accountid",
      primaryName: "name",
      columns: {
        accountid: "Uniqueidentifier",
        name: "String",
        createdon: "DateTime",
        primarycontactid: { type: "Lookup", targets: ["contact"] },
      },
      rows: accounts,
    },
    contact: {
      primaryId: "contactid",
      primaryName: "fullname",
      columns: {
        contactid: "Uniqueidentifier",
        fullname: "String",
        parentcustomerid: { type: "Customer", targets: ["account", "contact"] },
      },
      rows: contacts,
    },
  });
}

function read(store: QueryStore, attributes: string, inner: string, cookie?: string): FetchResult {
  const escaped = cookie?.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
  const paging = escaped === undefined ? "" : `paging-cookie="${escaped}"`;
  const xml = `<fetch ${attributes} ${paging}><entity name="account"><attribute name="name" />${inner}</entity></fetch>`;
  return executeFetch(xml, store, callerOf({ utcOffsetMinutes: -360 }), NOW, { maxPageSize: 5000 });
}

function names({ rows }: FetchResult): unknown[] {
  return rows.map(({ name }) => name);
}

function contact(inner: string): string {
  return `<link-entity name="contact" from="contactid" to="primarycontactid" alias="c">${inner}</link-entity>`;
}

const four = organisation([
  { accountid: guid(1), name: `B & "C" <d>`, createdon: "2024-05-25T00:59:00Z" },
  { accountid: guid(2), name: "A", createdon: "2023-01-01T00:00:00Z" },
  { accountid: guid(3), name: "b" },
  { accountid: guid(4), name: "a" },
]);

test("without an order the key is the order and all that the cookie holds", () => {
  const first = read(four, `count="2"`, "");
  expect(first.pagingCookie).toBe(
    `<cookie page="1"><accountid last="{${guid(2)}}" first="{${guid(1)}}" /></cookie>`,
  );
  const second = read(four, `count="2" page="2"`, "", first.pagingCookie);
  expect(names(second)).toEqual(["b", "a"]);
  expect(second).toMatchObject({ moreRecords: false });
  expect(second).not.toHaveProperty("pagingCookie");
});

test("guids are in SQL Server's order, not in that of their text", () => {
  const store = organisation([
    { accountid: "ffffffff-0000-0000-0000-000000000001", name: "first" },
    { accountid: "00000000-0000-0000-0000-0000000000ff", name: "third" },
    { accountid: "00000000-0000-0000-0001-000000000001", name: "second" },
  ]);
  const first = read(store, `count="1"`, "");
  expect(first.pagingCookie).toContain("{FFFFFFFF-0000-0000-0000-000000000001}");
  const second = read(store, `count="2" page="2"`, "", first.pagingCookie);
  expect([...names(first), ...names(second)]).toEqual(["first", "second", "third"]);
});

test("an order's values come before the key, escaped, and rows of one name stay apart", () => {
  const first = read(four, `count="3"`, `<order attribute="name" descending="1" />`);
  expect(names(first)).toEqual([`B & "C" <d>`, "b", "A"]);
  expect(first.pagingCookie).toBe(
    `<cookie page="1"><name last="A" first="B &amp; &quot;C&quot; &lt;d&gt;" />` +
      `<accountid last="{${guid(2)}}" first="{${guid(1)}}" /></cookie>`,
  );
  const second = read(
    four,
    `count="3" page="2"`,
    `<order attribute="name" descending="1" />`,
    first.pagingCookie,
  );
  expect(names(second)).toEqual(["a"]);
});

test("no value is first, and instants are written in the caller's offset", () => {
  const first = read(four, `count="3"`, `<order attribute="createdon" />`);
  expect(names(first)).toEqual(["b", "a", "A"]);
  expect(first.pagingCookie).toContain(`<createdon last="2022-12-31T18:00:00-06:00" firstnull="1" />`);
  const second = read(four, `count="3" page="2"`, `<order attribute="createdon" />`, first.pagingCookie);
  expect(names(second)).toEqual([`B & "C" <d>`]);
});

test("a page back, and the same page again", () => {
  const second = read(four, `count="1" page="2"`, ORDER_BY_NAME);
  const third = read(four, `count="1" page="3"`, ORDER_BY_NAME, second.pagingCookie);
  expect(names(read(four, `count="1" page="3"`, ORDER_BY_NAME, third.pagingCookie))).toEqual(names(third));
  expect(names(read(four, `count="1" page="1"`, ORDER_BY_NAME, third.pagingCookie))).toEqual(["A"]);
});

test("rows inserted or deleted before the position shift no page", () => {
  const rows: Row[] = [1, 2, 3, 4].map((number) => ({ accountid: guid(number), name: `n${number}` }));
  const first = read(organisation(rows), `count="2"`, ORDER_BY_NAME);
  const later = organisation([{ accountid: guid(9), name: "n0" }, ...rows.slice(1)]);
  expect(names(read(later, `count="2" page="2"`, ORDER_BY_NAME, first.pagingCookie))).toEqual(["n3", "n4"]);
});

test("a page after the last row is empty", () => {
  const result = read(four, `count="2" page="3"`, "");
  expect(result).toMatchObject({ rows: [], moreRecords: false });
});

test("count is at most the largest page", () => {
  const xml = `<fetch count="9999"><entity name="account" /></fetch>`;
  const result = executeFetch(xml, four, callerOf(), NOW, { maxPageSize: 3 });
  expect(result.rows).toHaveLength(3);
});

test("the total is counted over all pages, up to 5,000", () => {
  expect(read(four, `count="1" returntotalrecordcount="true"`, "")).toMatchObject({
    totalRecordCount: 4,
    totalRecordCountLimitExceeded: false,
  });
  const many = Array.from({ length: 5001 }, (_, at) => ({ accountid: guid(at + 1) }));
  expect(read(organisation(many), `count="1" returntotalrecordcount="true"`, "")).toMatchObject({
    totalRecordCount: 5000,
    totalRecordCountLimitExceeded: true,
  });
});

describe("refused cookies", () => {
  const byName = read(four, `count="1"`, ORDER_BY_NAME).pagingCookie ?? "";

  test.each<[what: string, inner: string, cookie: string, code: string]>([
    ["another order", "", byName, "0x80041129"],
    [
      "a missing order",
      ORDER_BY_NAME,
      `<cookie page="1"><accountid last="{${guid(1)}}" first="{${guid(1)}}" /></cookie>`,
      "0x80041129",
    ],
    ["no XML", ORDER_BY_NAME, "cookie", "0x8004112A"],
    ["still encoded", ORDER_BY_NAME, encodeURIComponent(byName), "0x8004112A"],
    ["no page", ORDER_BY_NAME, byName.replace('page="1"', ""), "0x8004112A"],
    ["page zero", ORDER_BY_NAME, byName.replace('page="1"', 'page="0"'), "0x8004112A"],
    ["no id", ORDER_BY_NAME, byName.replace(/last="\{[^"]*"/, 'last="Blue Yonder"'), "0x8004112A"],
  ])("%s", (_what, inner, cookie, code) => {
    expect(() => read(four, `count="1" page="2"`, inner, cookie)).toThrow(expect.objectContaining({ code }));
  });
});

describe("without a cookie", () => {
  const people = organisation(
    [1, 2, 3].map((number) => ({
      accountid: guid(number),
      name: `n${number}`,
      primarycontactid: guid(9 - number, 1),
    })),
    [6, 7, 8].map((number) => ({ contactid: guid(number, 1), fullname: `p${number}` })),
  );
  test("an order of a link-entity: pages are counted off", () => {
    const inner = contact(`<order attribute="fullname" />`);
    const [first, second] = [1, 2].map((page) => read(people, `count="2" page="${page}"`, inner));
    expect(first).toMatchObject({ moreRecords: true });
    expect(first).not.toHaveProperty("pagingCookie");
    expect([first, second].flatMap((result) => (result === undefined ? [] : names(result)))).toEqual([
      "n3",
      "n2",
      "n1",
    ]);
  });

  test("distinct rows that do not show their key", () => {
    const result = read(people, `count="2" distinct="true"`, "");
    expect(result).toMatchObject({ moreRecords: true });
    expect(result).not.toHaveProperty("pagingCookie");
  });

  test("everything ends at 50,000 rows; with the cookie it continues", () => {
    const many = organisation(Array.from({ length: 50_010 }, (_, at) => ({ accountid: guid(at + 1) })));
    const ninth = read(many, `count="5000" page="9"`, "");
    expect(ninth).toMatchObject({ moreRecords: true });
    expect(read(many, `count="5000" page="10"`, "")).toMatchObject({ moreRecords: false });
    expect(read(many, `count="5000" page="11"`, "").rows).toEqual([]);
    const tenth = read(many, `count="5000" page="10"`, "", ninth.pagingCookie);
    const eleventh = read(many, `count="5000" page="11"`, "", tenth.pagingCookie);
    expect(eleventh.rows).toHaveLength(10);
  });
});

test("a join that repeats rows loses those after the end of a page", () => {
  const accounts = [1, 2].map((number) => ({ accountid: guid(number), name: `n${number}` }));
  const contacts = [1, 2, 3].map((number) => ({ contactid: guid(number, 1), parentcustomerid: guid(1) }));
  const joined = `<link-entity name="contact" from="parentcustomerid" to="accountid" link-type="outer" alias="c"><attribute name="contactid" /></link-entity>`;
  const store = organisation(accounts, contacts);
  expect(names(read(store, "", joined))).toEqual(["n1", "n1", "n1", "n2"]);
  const first = read(store, `count="2"`, joined);
  expect(names(first)).toEqual(["n1", "n1"]);
  expect(names(read(store, `count="2" page="2"`, joined, first.pagingCookie))).toEqual(["n2"]);
});
