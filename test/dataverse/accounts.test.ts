import { expect, test } from "vitest";
import { allOf, connectSimulated } from "./test-client.ts";

const LIST = '<fetch><entity name="account"><attribute name="name"/></entity></fetch>';

test("reading all accounts, a view, a sweep and a fetch by ids agree", async () => {
  await using connected = await connectSimulated({ accounts: 250, client: { pageSize: 60 } });
  const { client, simulator } = connected;
  const active = (await client.views()).find(({ name }) => name === "Active Accounts");
  if (active === undefined) throw new Error("The simulator has no view Active Accounts.");
  const columns = ["name", "ownerid", "industrycode"];
  const all = await allOf(client.readAccounts({ kind: "all" }, columns));
  const inView = await allOf(client.readAccounts({ kind: "view", view: active }, columns));
  const byId = await allOf(
    client.fetchByIds(
      all.map((one) => String(one["accountid"])),
      columns,
    ),
  );
  const plain = (rows: typeof all) =>
    rows
      .map(
        ({
          accountid,
          name,
          _ownerid_value: owner,
          industrycode,
          versionnumber: version,
          statecode: state,
        }) =>
          JSON.stringify({
            accountid,
            name: name ?? null,
            owner,
            industry: industrycode ?? null,
            version,
            state,
          }),
      )
      .toSorted();
  expect(plain(inView)).toEqual(plain(all));
  expect(plain(byId)).toEqual(plain(all));
  const swept = await allOf(client.sweepAccounts({ kind: "view", view: active }));
  expect(swept).toEqual(inView.map((one) => ({ id: one["accountid"], version: one["versionnumber"] })));
  expect(all.length).toBe([...simulator.org.accounts.rows()].filter((one) => one["statecode"] === 0).length);
});

test("a fetch by ids returns inactive accounts and omits deleted ones", async () => {
  await using connected = await connectSimulated();
  const { org } = connected.simulator;
  const [active, inactive, deleted] = ["A", "B", "C"].map((name) => org.createAccount({ name }));
  org.updateAccount(inactive ?? "", { statecode: 1, statuscode: 2 });
  org.deleteAccount(deleted ?? "");
  const ids = [active ?? "", inactive ?? "", deleted ?? ""];
  const rows = await allOf(connected.client.fetchByIds(ids, ["name"]));
  expect(rows.map(({ name, statecode }) => `${String(name)} ${String(statecode)}`).toSorted()).toEqual([
    "A 0",
    "B 1",
  ]);
});

test("a view with a 1:N join returns each account once", async () => {
  await using connected = await connectSimulated();
  const { org } = connected.simulator;
  const account = org.createAccount({ name: "Contoso" });
  for (const name of ["Ann", "Bob"])
    org.create("contact", { lastname: name, parentcustomerid: account, parentcustomeridtype: "account" });
  const join =
    '<link-entity name="contact" from="parentcustomerid" to="accountid" alias="c"><attribute name="lastname"/></link-entity>';
  const view = {
    id: "v",
    name: "With contacts",
    kind: "personal",
    fetchXml: LIST.replace("</entity>", `${join}</entity>`),
  } as const;
  expect(await allOf(connected.client.readAccounts({ kind: "view", view }, ["name"]))).toHaveLength(1);
});
