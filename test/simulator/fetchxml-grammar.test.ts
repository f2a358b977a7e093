// Tests entity, link-entity, filter, attribute, order and distinct: what they return.
import { describe, expect, test } from "vitest";
import { executeFetch } from "../../simulator/fetchxml/engine.ts";
import { ACTIVE, NAME, NOW, link, names, resultRows, run } from "./fetchxml-sample.ts";
import { callerOf, guid, storeOf } from "./fetchxml-store.ts";

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

  test("choices by number with useraworderby", () => {
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

test("distinct ignores case and accents, and returns the first", () => {
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

test("there are no retained rows", () => {
  expect(run(`<fetch datasource="retained"><entity name="account" /></fetch>`).rows).toEqual([]);
});
