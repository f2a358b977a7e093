import { describe, expect, test } from "vitest";
import { viewQuery, sampleQuery } from "../../src/dataverse/accounts/fetchxml.ts";
import { viewOf } from "./test-client.ts";

function rewritten(fetchXml: string, columns: readonly string[] = ["name"]): string {
  return viewQuery(viewOf(fetchXml), columns, 5000).xml(1);
}

function entity(inner: string, fetch = ""): string {
  return `<fetch${fetch}><entity name="account">${inner}</entity></fetch>`;
}

function link(attributes: string, inner = ""): string {
  return `<link-entity ${attributes}>${inner}</link-entity>`;
}

function isDistinct(inner: string, fetch = ""): boolean {
  return rewritten(entity(inner, fetch)).includes('distinct="true"');
}

const OURS = '<attribute name="name"/><order attribute="accountid"/>';

test("columns and order are replaced at every level; conditions, joins and aliases stay", () => {
  const view = `
    <fetch version="1.0" output-format="xml-platform" mapping="logical" count="50" page="3" paging-cookie="x">
      <entity name="account"><!-- old -->
        <attribute name="revenue"/><all-attributes/><order attribute="name" descending="true"/>
        <filter type="and"><condition attribute="name" operator="like" value="A&amp;%"/>
          <condition attribute="industrycode" operator="in"><value> 1 </value><value>2</value></condition></filter>
        <link-entity name="contact" from="contactid" to="primarycontactid" alias="c" link-type="outer">
          <attribute name="fullname"/><order attribute="fullname"/><filter><condition attribute="statecode" operator="eq" value="0"/></filter>
        </link-entity>
      </entity></fetch>`;
  expect(rewritten(view)).toBe(
    '<fetch version="1.0" output-format="xml-platform" mapping="logical" count="5000" page="1"><entity name="account">' +
      `${OURS}<filter type="and"><condition attribute="name" operator="like" value="A&amp;%"/>` +
      '<condition attribute="industrycode" operator="in"><value> 1 </value><value>2</value></condition></filter>' +
      '<link-entity name="contact" from="contactid" to="primarycontactid" alias="c" link-type="outer">' +
      '<filter><condition attribute="statecode" operator="eq" value="0"/></filter></link-entity></entity></fetch>',
  );
});

test("a view with `top` keeps it, its order and its columns, gets ours as well, and is not paged", () => {
  const inner = `<attribute name="revenue"/><order attribute="revenue"/>${link('name="contact" from="parentcustomerid" to="accountid"')}`;
  const query = viewQuery(viewOf(entity(inner, ' top="100"')), ["name", "revenue"], 5000);
  expect(query.top).toBe(100);
  expect(query.xml(1)).toBe(
    '<fetch top="100"><entity name="account"><attribute name="name"/><attribute name="revenue"/><order attribute="revenue"/>' +
      '<link-entity name="contact" from="parentcustomerid" to="accountid"/></entity></fetch>',
  );
});

test("what only the designer shows is dropped from a read and from a sample, and values are as they were", () => {
  const values = '<value uiname="A" uitype="account">{1}</value><value><![CDATA[ <2> ]]><!-- two --></value>';
  const shown = entity(
    `<filter><!-- x --><condition attribute="name" operator="in" uiname="A" uihidden="0" entityname="c">${values}</condition>
     </filter>`,
    ' savedqueryid="1"',
  );
  const filter =
    '<filter><condition attribute="name" operator="in" entityname="c"><value>{1}</value><value><![CDATA[ <2> ]]></value></condition></filter>';
  expect(rewritten(shown)).toContain(filter);
  expect(sampleQuery(viewOf(shown), 3)).toBe(
    `<fetch count="3" page="1" returntotalrecordcount="true"><entity name="account">${filter}</entity></fetch>`,
  );
});

test("an empty `top` is ignored: the view is paged", () => {
  const view = viewOf(entity("", ' top=""'));
  const query = viewQuery(view, ["name"], 5000);
  expect(query.top).toBeUndefined();
  expect(query.xml(2)).toBe(`<fetch count="5000" page="2"><entity name="account">${OURS}</entity></fetch>`);
  expect(sampleQuery(view, 3)).toContain('<fetch count="3" page="1"');
});

test.each(["\ufeff", "\n\t", '\ufeff\n<?xml version="1.0" encoding="utf-8"?>\n'])(
  "a prefix of the FetchXML is ignored: %j",
  (before) => {
    expect(rewritten(before + entity(""))).toBe(rewritten(entity("")));
  },
);

test("the cookie is escaped into its attribute, and absent from a first page requested later", () => {
  const query = viewQuery(viewOf(entity("")), [], 10);
  expect(query.xml(2, '<cookie page="1"/>')).toContain(
    'count="10" page="2" paging-cookie="&lt;cookie page=&quot;1&quot;/&gt;"',
  );
  expect(query.xml(1)).not.toContain("cookie");
});

describe("distinct", () => {
  test.each([
    ["nothing", "", false],
    ["a lookup's table", link('name="contact" from="contactid" to="primarycontactid"'), false],
    ["the rows that point here", link('name="contact" from="parentcustomerid" to="accountid"'), true],
    ["an N:N table", link('name="listmember" from="entityid" to="accountid" intersect="true"'), true],
    [
      "rows behind a lookup",
      link(
        'name="contact" from="contactid" to="primarycontactid"',
        link('name="task" from="regardingobjectid" to="contactid"'),
      ),
      true,
    ],
    [
      "rows that are only looked for",
      link('name="contact" from="parentcustomerid" to="accountid" link-type="any"'),
      false,
    ],
    ["rows left out", link('name="contact" from="parentcustomerid" to="accountid" link-type="outer"'), true],
  ])("with a join to %s: %#", (_what, inner, expected) => {
    expect(isDistinct(inner)).toBe(expected);
  });

  test("stays if it was set", () => {
    expect(isDistinct("", ' distinct="true"')).toBe(true);
    expect(isDistinct("", ' distinct="false"')).toBe(false);
  });
});

test.each([
  ["without FetchXML", "", "no FetchXML"],
  ["not well-formed", "<fetch><entity name='account'></fetch>", "not well-formed"],
  ["of nothing", "<fetch/>", 'table "none"'],
  ["of another table", '<fetch><entity name="contact"/></fetch>', 'table "contact"'],
  [
    "of totals",
    entity('<attribute name="revenue" aggregate="sum" alias="s"/>', ' aggregate="true"'),
    "totals",
  ],
  [
    "of totals in capitals",
    entity('<attribute name="revenue" aggregate="sum" alias="s"/>', ' aggregate="True"'),
    "totals",
  ],
  ["with a document type", `<!DOCTYPE fetch [<!ENTITY a "b">]>${entity("")}`, "document type"],
])("a view %s is refused by name", (_what, fetchXml, words) => {
  const rewrite = () => rewritten(fetchXml);
  expect(rewrite).toThrow(expect.objectContaining({ code: "view-broken", subject: "My accounts" }));
  expect(rewrite).toThrow(new RegExp(`"My accounts" cannot be read:.*${words}.*choose another one\\.`));
});
