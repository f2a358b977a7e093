// Tests entity, link-entity, filter, attribute, order, distinct and aggregate: what is returned,
// and which error refuses what.
import { describe, expect, test } from "vitest";
import { executeFetch } from "../../simulator/fetchxml/engine.ts";
import type { Row } from "../../simulator/fetchxml/query-store.ts";
import type { FetchResult } from "../../simulator/fetchxml/result.ts";
import { callerOf, guid, storeOf } from "./fetchxml-store.ts";

const NOW = new Date("2024-05-15T12:00:00Z");

const accounts: Row[] = [
  {
    accountid: guid(1),
    name: "Adatum",
    statecode: 0,
    numberofemployees: 7,
    revenue: 10.5,
    primarycontactid: guid(2, 1),
    createdon: "2023-03-25T10:00:00Z",
  },
  {
    accountid: guid(2),
    name: "Blue Yonder",
    statecode: 0,
    numberofemployees: 8,
    primarycontactid: guid(1, 1),
    parentaccountid: guid(1),
    createdon: "2023-03-25T11:00:00Z",
  },
  {
    accountid: guid(3),
    name: "Coho",
    statecode: 1,
    parentaccountid: guid(1),
    createdon: "2023-08-27T10:00:00Z",
  },
];
const contacts: Row[] = [
  {
    contactid: guid(1, 1),
    fullname: "Zoe",
    parentcustomerid: guid(1),
    "parentcustomerid.table": "account",
    statecode: 0,
  },
  {
    contactid: guid(2, 1),
    fullname: "Adam",
    parentcustomerid: guid(1),
    "parentcustomerid.table": "account",
    statecode: 1,
  },
  {
    contactid: guid(3, 1),
    fullname: "Mia",
    parentcustomerid: guid(2),
    "parentcustomerid.table": "account",
    statecode: 0,
  },
];

const store = storeOf({
  account: {
    primaryId: "accountid",
    primaryName: "name",
    columns: {
      accountid: "Uniqueidentifier",
      name: "String",
      statecode: {
        type: "State",
        choices: [
          { value: 0, label: "Open" },
          { value: 1, label: "Inactive" },
        ],
      },
      numberofemployees: "Integer",
      revenue: "Money",
      transactioncurrencyid: { type: "Lookup", targets: ["transactioncurrency"] },
      primarycontactid: { type: "Lookup", targets: ["contact"] },
      parentaccountid: { type: "Lookup", targets: ["account"] },
      createdon: "DateTime",
    },
    rows: accounts,
  },
  contact: {
    primaryId: "contactid",
    primaryName: "fullname",
    columns: {
      contactid: "Uniqueidentifier",
      fullname: "String",
      statecode: "State",
      parentcustomerid: { type: "Customer", targets: ["account", "contact"] },
    },
    rows: contacts,
  },
  annotation: {
    primaryId: "annotationid",
    primaryName: "subject",
    columns: {
      annotationid: "Uniqueidentifier",
      subject: "String",
      objectid: { type: "Lookup", targets: ["account"] },
    },
    rows: [{ annotationid: guid(1, 2), objectid: guid(3) }],
  },
});

function run(xml: string): FetchResult {
  return executeFetch(xml, store, callerOf(), NOW, { maxPageSize: 5000 });
}

/** Returns the query's rows without their keys. */
function resultRows(inner: string, options = ""): unknown[] {
  return run(`<fetch ${options}><entity name="account">${inner}</entity></fetch>`).rows.map(
    ({ accountid: _key, ...rest }) => rest,
  );
}

const NAME = `<attribute name="name" />`;
const link = (type: string, inner = "", alias = "c"): string =>
  `<link-entity name="contact" from="parentcustomerid" to="accountid" link-type="${type}" alias="${alias}">${inner}</link-entity>`;
const attribute = (name: string, rest: string): string => `<attribute name="${name}" ${rest} />`;
const entity = (inner: string): string => `<fetch><entity name="account">${inner}</entity></fetch>`;
const ACTIVE = `<filter><condition attribute="statecode" operator="eq" value="0" /></filter>`;

function names(inner: string, options = ""): unknown[] {
  return resultRows(NAME + inner, options).map((row) => Object.values(Object(row)).join(" "));
}

test("columns without a value are left out, the key and a lookup's target come along", () => {
  const [first, , third] = run(
    `<fetch><entity name="account"><attribute name="name" /><attribute name="parentaccountid" /></entity></fetch>`,
  ).rows;
  expect(first).toEqual({ accountid: guid(1), name: "Adatum" });
  expect(third).toEqual({
    accountid: guid(3),
    name: "Coho",
    parentaccountid: guid(1),
    "parentaccountid.table": "account",
  });
});

test("a query that names no column returns all of them", () => {
  expect(run(`<fetch><entity name="account" /></fetch>`).columns).toHaveLength(9);
  expect(run(`<fetch><entity name="account"><no-attrs /></entity></fetch>`).columns).toHaveLength(1);
});

test("columns say where they come from", () => {
  const { columns } = run(
    `<fetch><entity name="account"><attribute name="revenue" alias="sales" />
     ${link("outer", `<attribute name="fullname" />`, "who")}</entity></fetch>`,
  );
  expect(columns).toEqual([
    { key: "sales", table: "account", column: "revenue", type: "Money", alias: "sales" },
    { key: "who.fullname", table: "contact", column: "fullname", type: "String", link: "who" },
    {
      key: "transactioncurrencyid",
      table: "account",
      column: "transactioncurrencyid",
      type: "Lookup",
      implicit: true,
    },
    { key: "accountid", table: "account", column: "accountid", type: "Uniqueidentifier", implicit: true },
  ]);
});

test("a link-entity without an alias is called after its table and number", () => {
  const inner = `<link-entity name="contact" from="contactid" to="primarycontactid"><attribute name="fullname" /></link-entity>`;
  expect(resultRows(NAME + inner)).toEqual([
    { name: "Adatum", "contact1.fullname": "Adam" },
    { name: "Blue Yonder", "contact1.fullname": "Zoe" },
  ]);
});

describe("link types", () => {
  test.each<[type: string, inner: string, expected: string[]]>([
    ["inner", `<attribute name="fullname" />`, ["Adatum Zoe", "Adatum Adam", "Blue Yonder Mia"]],
    ["outer", `<attribute name="fullname" />`, ["Adatum Zoe", "Adatum Adam", "Blue Yonder Mia", "Coho"]],
    ["outer", `<attribute name="fullname" />${ACTIVE}`, ["Adatum Zoe", "Blue Yonder Mia", "Coho"]],
    [
      "matchfirstrowusingcrossapply",
      `<attribute name="fullname" />`,
      ["Adatum Zoe", "Blue Yonder Mia", "Coho"],
    ],
    ["exists", "", ["Adatum", "Blue Yonder"]],
    ["in", "", ["Adatum", "Blue Yonder"]],
  ])("%s %s", (type, inner, expected) => {
    expect(names(link(type, inner))).toEqual(expected);
  });

  const inactive = `<filter><condition attribute="statecode" operator="eq" value="1" /></filter>`;
  test.each<[type: string, expected: string[]]>([
    ["any", ["Adatum"]],
    ["not any", ["Blue Yonder", "Coho"]],
    ["all", ["Blue Yonder"]],
    ["not all", ["Adatum"]],
  ])("%s inside a filter", (type, expected) => {
    expect(names(`<filter>${link(type, inactive)}</filter>`)).toEqual(expected);
  });

  test("one side of an or", () => {
    const either = `<filter type="or">${link("any", inactive)}<condition attribute="name" operator="eq" value="coho" /></filter>`;
    expect(names(either)).toEqual(["Adatum", "Coho"]);
  });

  test("an inner link inside an outer one drops what the outer one kept", () => {
    const parent = `<link-entity name="account" from="accountid" to="parentaccountid" link-type="outer" alias="p">
      <link-entity name="contact" from="contactid" to="primarycontactid" alias="pc"><attribute name="fullname" /></link-entity></link-entity>`;
    expect(names(parent)).toEqual(["Blue Yonder Adam", "Coho Adam"]);
  });

  test("without from and to the only relationship is taken", () => {
    expect(names(`<link-entity name="annotation" link-type="exists" />`)).toEqual(["Coho"]);
    expect(() => names(`<link-entity name="contact" />`)).toThrow(
      expect.objectContaining({ code: "0x8004110e" }),
    );
  });
});

test("a condition may name a link-entity: it then applies after the join", () => {
  const none =
    link("outer") + `<filter><condition entityname="c" attribute="contactid" operator="null" /></filter>`;
  expect(names(none)).toEqual(["Coho"]);
});

test("valueof compares columns, of one row or across a join", () => {
  const same = `<filter><condition attribute="accountid" operator="ne" valueof="parentaccountid" /></filter>`;
  expect(names(same)).toEqual(["Blue Yonder", "Coho"]);
  const across =
    link("inner") + `<filter><condition attribute="name" operator="lt" valueof="c.fullname" /></filter>`;
  expect(names(across)).toEqual(["Adatum", "Blue Yonder"]);
});

test("filters nest; an empty one filters nothing", () => {
  const nested = `<filter type="or"><condition attribute="name" operator="eq" value="coho" /><filter>
    <condition attribute="statecode" operator="eq" value="0" /><filter><condition attribute="numberofemployees" operator="gt" value="7" /></filter></filter></filter><filter type="or" />`;
  expect(names(nested)).toEqual(["Blue Yonder", "Coho"]);
});

describe("order", () => {
  test.each<[orders: string, expected: string[]]>([
    [`<order attribute="name" descending="true" />`, ["Coho", "Blue Yonder", "Adatum"]],
    [`<order attribute="numberofemployees" />`, ["Coho", "Adatum", "Blue Yonder"]],
    // By label, not by number: Inactive before Open.
    [`<order attribute="statecode" />`, ["Coho", "Adatum", "Blue Yonder"]],
    // By the contact's name, not by its id: Adam before Zoe.
    [`<order attribute="primarycontactid" descending="1" />`, ["Blue Yonder", "Adatum", "Coho"]],
    [
      `<order attribute="createdon" descending="1" /><order attribute="name" />`,
      ["Coho", "Blue Yonder", "Adatum"],
    ],
  ])("%s", (orders, expected) => {
    expect(names(orders)).toEqual(expected);
  });

  test("choices by number when asked to", () => {
    expect(names(`<order attribute="statecode" />`, `useraworderby="1"`)).toEqual([
      "Adatum",
      "Blue Yonder",
      "Coho",
    ]);
  });

  test("a link-entity's order comes after the entity's, unless the entity names it", () => {
    const inner = link("inner", `<attribute name="fullname" /><order attribute="fullname" />`);
    expect(names(`${inner}<order attribute="statecode" />`)).toEqual([
      "Adatum Adam",
      "Blue Yonder Mia",
      "Adatum Zoe",
    ]);
    expect(
      names(
        link("inner") +
          `<order entityname="c" attribute="fullname" descending="1" /><order attribute="name" />`,
      ),
    ).toEqual(["Adatum", "Blue Yonder", "Adatum"]);
  });
});

test("distinct looks at the shown columns, without the key", () => {
  const state = `<attribute name="statecode" />`;
  expect(run(`<fetch distinct="true"><entity name="account">${state}</entity></fetch>`).rows).toEqual([
    { statecode: 0 },
    { statecode: 1 },
  ]);
  expect(names(link("inner"), `distinct="true"`)).toEqual(["Adatum", "Blue Yonder"]);
});

test("distinct does not tell case and accents apart, and shows the first", () => {
  const spellings = ["Café", "cafe", "CAFE ", "tea"].map((subject, at) => ({
    noteid: guid(at + 1),
    subject,
  }));
  const notes = storeOf({
    note: {
      primaryId: "noteid",
      primaryName: "subject",
      columns: { noteid: "Uniqueidentifier", subject: "String" },
      rows: spellings,
    },
  });
  const xml = `<fetch distinct="true"><entity name="note"><attribute name="subject" /></entity></fetch>`;
  const { rows } = executeFetch(xml, notes, callerOf(), NOW, { maxPageSize: 5000 });
  expect(rows).toEqual([{ subject: "Café" }, { subject: "tea" }]);
});

test("top stops, without more records and without a cookie", () => {
  const result = run(`<fetch top="2"><entity name="account" /></fetch>`);
  expect(result.rows).toHaveLength(2);
  expect(result.moreRecords).toBe(false);
  expect(result.pagingCookie).toBeUndefined();
});

test("retained rows are others than these", () => {
  expect(run(`<fetch datasource="retained"><entity name="account" /></fetch>`).rows).toEqual([]);
});

describe("aggregates", () => {
  test("no value counts only in count; the average of whole numbers is whole", () => {
    const six = ["avg", "count", "countcolumn", "max", "min", "sum"]
      .map((kind) => attribute("numberofemployees", `alias="${kind}" aggregate="${kind}"`))
      .join("");
    expect(resultRows(six, `aggregate="true"`)).toEqual([
      { avg: 7, count: 3, countcolumn: 2, max: 8, min: 7, sum: 15 },
    ]);
  });

  test("groups, by a choice and by the parts of a date", () => {
    const grouped =
      attribute("createdon", `alias="w" groupby="true" dategrouping="week"`) +
      attribute("createdon", `alias="p" groupby="true" dategrouping="fiscal-period"`) +
      attribute("accountid", `alias="n" aggregate="count"`) +
      `<order alias="n" descending="true" />`;
    // The weeks are those of Microsoft's own example.
    expect(resultRows(grouped, `aggregate="true"`)).toEqual([
      { w: 12, p: "Quarter 1 FY2023", n: 2 },
      { w: 35, p: "Quarter 3 FY2023", n: 1 },
    ]);
  });

  test("grouped by a lookup; a sum of nothing is 0; columns are aliases without a key", () => {
    const result = run(`<fetch aggregate="true"><entity name="account">
      ${attribute("parentaccountid", `alias="parent" groupby="true"`)}${attribute("revenue", `alias="sales" aggregate="sum"`)}
      <order alias="parent" /></entity></fetch>`);
    expect(result.rows).toEqual([{ sales: 10.5 }, { parent: guid(1), "parent.table": "account", sales: 0 }]);
    expect(result.columns.map(({ key }) => key)).toEqual(["parent", "sales"]);
    expect(result).toMatchObject({ isAggregate: true, entityRows: [] });
  });

  test("of joined rows", () => {
    const joined =
      attribute("name", `alias="name" groupby="true"`) +
      link("outer", attribute("contactid", `alias="n" aggregate="countcolumn"`));
    expect(resultRows(joined, `aggregate="true"`)).toEqual([
      { name: "Adatum", n: 2 },
      { name: "Blue Yonder", n: 1 },
      { name: "Coho", n: 0 },
    ]);
  });

  test.each<[inner: string, code: string]>([
    [NAME, "0x80041107"],
    [attribute("name", `aggregate="count"`), "0x80041109"],
    [attribute("name", `alias="a" aggregate="sum"`), "0x8004112F"],
    [attribute("name", `alias="a" aggregate="median"`), "0x8004111a"],
    [attribute("name", `alias="a" aggregate="count" groupby="true"`), "0x80041137"],
    [attribute("createdon", `alias="a" groupby="true" dategrouping="century"`), "0x80041135"],
    [
      attribute("name", `alias="a" aggregate="count"`) +
        attribute("accountid", `alias="a" aggregate="count"`),
      "0x80041130",
    ],
    [attribute("name", `alias="a" aggregate="count"`) + `<order attribute="name" />`, "0x80041131"],
  ])("refuses %s", (inner, code) => {
    expect(() => resultRows(inner, `aggregate="true"`)).toThrow(expect.objectContaining({ code }));
  });

  test("more rows than the limit are refused", () => {
    const countAll = attribute("name", `alias="a" aggregate="count"`);
    expect(() => resultRows(countAll, `aggregate="true" aggregatelimit="2"`)).toThrow(
      expect.objectContaining({ code: "0x8004E023" }),
    );
  });
});

describe("refusals", () => {
  const condition = `<condition attribute="name" operator="eq" value="x" />`;

  test.each<[what: string, xml: string, code: string]>([
    ["no text", "  ", "0x80041124"],
    ["no XML", "<fetch", "0x80040201"],
    ["an unquoted attribute", "<fetch top=5><entity name='account'/></fetch>", "0x80040201"],
    ["an entity that is not declared", "<fetch><entity name='&who;'/></fetch>", "0x80040201"],
    ["another root", "<entity name='account'/>", "0x8004111c"],
    ["no entity", "<fetch/>", "0x80041123"],
    ["two entities", "<fetch><entity name='account'/><entity name='account'/></fetch>", "0x8004111c"],
    ["an entity without a name", "<fetch><entity/></fetch>", "0x8004111e"],
    ["an unknown table", "<fetch><entity name='accountz'/></fetch>", "0x80041102"],
    ["a table in capitals", "<fetch><entity name='Account'/></fetch>", "0x80041102"],
    ["an unknown column", entity(`<attribute name="new_gone" />`), "0x80041103"],
    ["an unknown column in an order", entity(`<order attribute="new_gone" />`), "0x80041103"],
    ["an unknown linked table", entity(`<link-entity name="nobody" from="a" to="b" />`), "0x80041102"],
    [
      "an unknown linked column",
      entity(`<link-entity name="contact" from="nobody" to="accountid" />`),
      "0x80041103",
    ],
    ["an unknown node", entity("<where />"), "0x8004111c"],
    ["text between elements", entity("<filter>x</filter>"), "0x8004111c"],
    ["an unknown filter type", entity(`<filter type="xor">${condition}</filter>`), "0x80041122"],
    ["an unknown link type", entity(link("not-any")), "0x80041117"],
    [
      "columns of different types joined",
      entity(`<link-entity name="contact" from="fullname" to="accountid" />`),
      "0x80041104",
    ],
    ["one of from and to", entity(`<link-entity name="contact" from="contactid" />`), "0x80041111"],
    ["an alias twice", entity(link("inner") + link("inner")), "0x80041130"],
    [
      "an attribute's alias twice",
      entity(`<attribute name="name" alias="a" /><attribute name="statecode" alias="a" />`),
      "0x80041130",
    ],
    [
      "an unknown alias in a condition",
      entity(`<filter><condition entityname="x" attribute="name" operator="null" /></filter>`),
      "0x8004110a",
    ],
    ["an unknown alias in an order", entity(`<order entityname="x" attribute="name" />`), "0x80041126"],
    ["an alias with other characters", entity(`<attribute name="name" alias="a b" />`), "0x80041109"],
    ["a join inside a filter", entity(`<filter>${link("outer")}</filter>`), "0x80041117"],
    ["an alias in an order", entity(`<order alias="name" />`), "0x80041132"],
    ["an order of nothing", entity("<order />"), "0x80041133"],
    [
      "valueof with another operator",
      entity(`<filter><condition attribute="name" operator="like" valueof="name" /></filter>`),
      "0x80041120",
    ],
    [
      "valueof of another type",
      entity(`<filter><condition attribute="name" operator="eq" valueof="accountid" /></filter>`),
      "0x80041108",
    ],
    ["a strange flag", "<fetch distinct='yes'><entity name='account'/></fetch>", "0x80041115"],
    ["page 0", "<fetch page='0'><entity name='account'/></fetch>", "0x8004110c"],
    ["top with a page", "<fetch top='5' page='2'><entity name='account'/></fetch>", "0x80040203"],
    ["top over 5,000", "<fetch top='5001'><entity name='account'/></fetch>", "0x80041139"],
    [
      "16 links",
      entity(Array.from({ length: 16 }, (_, at) => link("outer", "", `c${at}`)).join("")),
      "0x8004430D",
    ],
    ["501 conditions", entity(`<filter>${condition.repeat(501)}</filter>`), "0x8004430C"],
  ])("%s", (_what, xml, code) => {
    expect(() => run(xml)).toThrow(expect.objectContaining({ code, status: 400 }));
  });

  test("15 links and 500 conditions are within the limits", () => {
    const links = Array.from({ length: 15 }, (_, at) => link("outer", "", `c${at}`)).join("");
    expect(
      run(entity(`${links}<filter><condition attribute="name" operator="eq" value="coho" /></filter>`)).rows,
    ).toHaveLength(1);
    expect(run(entity(`<filter>${condition.repeat(500)}</filter>`)).rows).toHaveLength(0);
  });

  test("what is there but empty counts as absent, and a condition may call its attribute a column", () => {
    const empty = entity(
      `<filter type=""><condition column="name" operator="eq" value="coho" /></filter>`,
    ).replace("<fetch", `<fetch mapping=""`);
    expect(run(empty).rows).toHaveLength(1);
    expect(run(entity(link(""))).rows).toEqual(run(entity(link("inner"))).rows);
  });

  test("a deleted column is named in Dataverse's words", () => {
    expect(() => run(entity(`<attribute name="new_gone" />`))).toThrow(
      "'account' entity doesn't contain attribute with Name = 'new_gone' and NameMapping = 'Logical'",
    );
  });
});
