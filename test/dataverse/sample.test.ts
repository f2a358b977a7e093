import { expect, test } from "vitest";
import { layoutColumns } from "../../src/dataverse/metadata/view-layout.ts";
import type { View } from "../../src/dataverse/model.ts";
import { connectSimulated, viewOf } from "./test-client.ts";

const view = (fetchXml: string, layoutXml = ""): View => ({ ...viewOf(fetchXml), layoutXml });

test("a column of a linked table is shown under its alias", async () => {
  await using connected = await connectSimulated();
  const { org } = connected.simulator;
  org.createAccount({ name: "Acme", ownerid: org.adminId });
  const linked = view(
    '<fetch><entity name="account"><attribute name="name"/><link-entity name="systemuser" from="systemuserid" to="owninguser" alias="boss">' +
      '<attribute name="internalemailaddress"/></link-entity></entity></fetch>',
  );
  const { rows } = await connected.client.sample({ kind: "view", view: linked }, "view-columns", 5);
  expect(rows[0]).toMatchObject({ name: "Acme", "boss.internalemailaddress": "admin@contoso.example" });
});

test("a view with `top` keeps it and its order", async () => {
  await using connected = await connectSimulated();
  for (const n of [1, 2, 3, 4]) connected.simulator.org.createAccount({ name: `Acme ${n}` });
  const top = view(
    '<fetch top="3"><entity name="account"><attribute name="name"/><order attribute="name" descending="true"/></entity></fetch>',
  );
  const { rows, count } = await connected.client.sample({ kind: "view", view: top }, "view-columns", 2);
  expect([rows.map(({ name }) => name), count]).toEqual([["Acme 4", "Acme 3"], 3]);
});

test("with given columns, an empty value has no key and a lookup its logical name", async () => {
  await using connected = await connectSimulated();
  const { org } = connected.simulator;
  org.createAccount({ name: "Acme", description: "two\r\nlines", ownerid: org.adminId });
  const { rows } = await connected.client.sample({ kind: "all" }, ["description", "ownerid", "revenue"], 5);
  expect(rows[0]).toMatchObject({ description: "two lines", ownerid: "Admin Contoso" });
  expect(rows[0]).not.toHaveProperty("revenue");
});

test.each([
  [
    '<grid><row><cell name="name"/><cell name="a.b"/><cell name="hid" ishidden="1"/></row></grid>',
    ["name", "a.b"],
  ],
  ["<grid><row>", []],
  ['<!DOCTYPE grid [<!ENTITY a "b">]><grid><row><cell name="&a;"/></row></grid>', []],
  ["", []],
])("the columns of the layout %s", (layoutXml, columns) => {
  expect(layoutColumns(view("<fetch/>", layoutXml))).toEqual(columns);
});
