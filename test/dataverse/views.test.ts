import { expect, test } from "vitest";
import { addReader, allOf, connectSimulated } from "./test-client.ts";

const LIST = '<fetch><entity name="account"><attribute name="name"/></entity></fetch>';

test("own and shared personal views and system ones are listed; others' and other kinds are not", async () => {
  await using connected = await connectSimulated({
    as: (simulator) => {
      const { org } = simulator;
      const user = addReader(simulator);
      org.addView({ kind: "personal", name: "Own", fetchxml: LIST, owner: user });
      org.shareView(org.addView({ kind: "personal", name: "Shared", fetchxml: LIST }), user);
      org.addView({ kind: "personal", name: "Another's", fetchxml: LIST });
      org.addView({ kind: "personal", name: "Contacts", fetchxml: LIST, owner: user, table: "contact" });
      org.addView({ kind: "personal", name: "Advanced find", fetchxml: LIST, owner: user, queryType: 1 });
      return user;
    },
  });
  const views = await connected.client.views();
  expect(views.map(({ kind, name }) => [kind, name])).toEqual([
    ["personal", "Own"],
    ["personal", "Shared"],
    ["system", "Active Accounts"],
    ["system", "My Active Accounts"],
  ]);
  expect(views[1]?.ownerId).toBe(connected.simulator.org.adminId);
});

test("a view that is deleted, hidden, deactivated or empty is distinguished", async () => {
  await using connected = await connectSimulated({
    as: addReader,
  });
  const { org } = connected.simulator;
  const { userId: owner } = await connected.client.whoAmI();
  const add = (fetchxml: string | null) =>
    org.addView({ kind: "personal", name: "Key accounts", fetchxml, owner });
  const [gone, hidden, off, empty] = [
    add(LIST),
    org.addView({ kind: "personal", name: "X", fetchxml: LIST }),
    add(LIST),
    add(null),
  ];
  org.deleteView(gone);
  org.updateView(off, { statecode: 1 });
  const codeOf = async (id: string) => {
    const error: unknown = await connected.client.view(id).catch((reason: unknown) => reason);
    return error instanceof Error && "code" in error
      ? [error.code, error.message.includes("Key accounts")]
      : "found";
  };
  expect(await Promise.all([gone, hidden, off, empty].map(codeOf))).toEqual([
    ["view-not-found", false],
    ["view-not-found", false],
    ["view-broken", true],
    ["view-broken", true],
  ]);
});

test("a deleted column is the view's error if the view uses it, and the mapping's if we request it", async () => {
  await using connected = await connectSimulated({ accounts: 3 });
  const { client, simulator } = connected;
  const filter = '<filter><condition attribute="new_gone" operator="not-null"/></filter>';
  const id = simulator.org.addView({
    kind: "personal",
    name: "Old",
    fetchxml: LIST.replace("</entity>", `${filter}</entity>`),
  });
  const view = await client.view(id);
  const ofView = allOf(client.readAccounts({ kind: "view", view }, ["name"]));
  await expect(ofView).rejects.toMatchObject({
    code: "view-broken",
    subject: "Old",
    serverCode: "0x80041103",
  });
  await expect(ofView).rejects.toThrow(/"new_gone" of the table "account"/);
  const sound = { ...view, fetchXml: LIST };
  const ofMapping = allOf(client.readAccounts({ kind: "view", view: sound }, ["new_gone"]));
  await expect(ofMapping).rejects.toMatchObject({ code: "column-not-found", subject: "new_gone" });
  const all = allOf(client.readAccounts({ kind: "all" }, ["new_gone"]));
  await expect(all).rejects.toMatchObject({ code: "column-not-found", subject: "new_gone" });
});
