// Tests which error refuses what in a query.
import { describe, expect, test } from "vitest";
import { entity, link, run } from "./fetchxml-sample.ts";

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
