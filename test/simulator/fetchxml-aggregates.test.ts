// Tests aggregates and groups.
import { describe, expect, test } from "vitest";
import { guid } from "./fetchxml-store.ts";
import { NAME, attribute, link, resultRows, run } from "./fetchxml-sample.ts";

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
