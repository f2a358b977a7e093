// Rule 17: an issue is open as long as its cause exists, whatever happens to the record and the
// account.
import { expect, test } from "vitest";
import { deleteAccount } from "../../../src/accounts/store.ts";
import { issueTexts, workspace } from "../../harness/workspace.ts";

const WITH_OWNER = {
  mapping: {
    name: "name",
    domains: ["websiteurl"],
    fields: [{ column: "ownerid", field: "Owner", type: "teammate" }],
  },
} as const;

test("an issue is closed with its record, although the account was deleted here before", async () => {
  const space = await workspace();
  const contoso = space.org.createAccount({ name: "Contoso", ownerid: space.org.adminId });
  space.org.createAccount({ name: "Fabrikam" });
  const first = await space.sync(WITH_OWNER);
  expect(issueTexts(await space.issues(first.id))).toContainEqual(
    expect.stringMatching(/^teammate-not-found Contoso Owner/),
  );
  await deleteAccount(
    space.database,
    await space.numberOf("Contoso"),
    { exclude: false },
    { kind: "api" },
    space.clock.now(),
  );
  space.org.deleteAccount(contoso);

  const second = await space.sync(WITH_OWNER);

  expect(
    issueTexts(await space.issues(second.id)).filter((issue) =>
      issue.startsWith("teammate-not-found Contoso "),
    ),
  ).toEqual([]);
});

test("an issue stays open over a blank name that was corrected to the old one", async () => {
  const space = await workspace();
  const contoso = space.org.createAccount({ name: "Contoso", ownerid: space.org.adminId });
  const first = await space.sync(WITH_OWNER);
  const before = issueTexts(await space.issues(first.id));
  space.org.updateAccount(contoso, { name: " " });
  await space.sync(WITH_OWNER);
  space.org.updateAccount(contoso, { name: "Contoso" });

  const third = await space.sync(WITH_OWNER);

  expect(issueTexts(await space.issues(third.id))).toEqual(before);
});

test("an issue of a record that was reactivated with a blank name is closed when it is deactivated again", async () => {
  const space = await workspace();
  const contoso = space.org.createAccount({ name: "Contoso" });
  space.org.createAccount({ name: "Fabrikam" });
  await space.sync();
  space.org.updateAccount(contoso, { statecode: 1 });
  await space.sync();
  space.org.updateAccount(contoso, { statecode: 0, name: " " });
  const third = await space.sync();
  expect(third.issues).toEqual({ "name-empty": 1 });
  space.org.updateAccount(contoso, { statecode: 1 });

  const fourth = await space.sync();

  expect(issueTexts(await space.issues(fourth.id))).toEqual([]);
});

test("an issue that stays open names the account that blocks the record now", async () => {
  const space = await workspace();
  const contoso = space.org.createAccount({ name: "Contoso", websiteurl: "contoso.com" });
  const fabrikam = space.org.createAccount({ name: "Fabrikam" });
  await space.sync();
  // Records are decided in the order of their creation.
  space.org.createAccount({ name: "Adatum", websiteurl: "contoso.com", createdon: "2030-01-01T00:00:00Z" });
  await space.sync();
  space.org.updateAccount(contoso, { websiteurl: null });
  space.org.updateAccount(fabrikam, { websiteurl: "contoso.com" });

  const third = await space.sync();

  const [issue] = await space.issues(third.id);
  expect(issue).toMatchObject({ kind: "domain-linked-elsewhere", name: "Adatum", value: "contoso.com" });
  expect(issue?.otherAccountId).toBe(await space.numberOf("Fabrikam"));
});

test("an issue names an owner who is no teammate by the present name in Dynamics 365", async () => {
  const space = await workspace();
  const ownerid = space.org.addUser({ fullname: "Ada North", email: "ada@contoso.example" });
  space.org.createAccount({ name: "Contoso", ownerid });
  await space.sync(WITH_OWNER);
  space.org.renameUser(ownerid, "Ada South");

  const second = await space.sync(WITH_OWNER);

  expect(issueTexts(await space.issues(second.id))).toEqual([
    "teammate-not-found Contoso Owner Ada South (ada@contoso.example)",
  ]);
});
