// Rules 0, 3 and 4: an account whose record was deleted or deactivated is open to another record;
// one whose record left the view blocks until it is unlinked.
import { expect, test } from "vitest";
import { unlinkAccounts } from "../../../src/accounts/store.ts";
import { issueTexts, LATER, workspace, type Workspace } from "../../harness/workspace.ts";

const INACTIVE = { statecode: 1, statuscode: 2 };

const BY = { kind: "api" } as const;

type Shared = { readonly name: string; readonly websiteurl?: string };

/** Syncs a record, and then one that has the same domain or name. */
async function blocked(first: Shared, second: Shared, settings = {}) {
  const space = await workspace();
  const old = space.org.createAccount({ ...first });
  space.org.createAccount({ name: "Another" });
  await space.sync(settings);
  const successor = space.org.createAccount({ ...second, ...LATER });
  const run = await space.sync(settings);
  return { space, old, successor, issues: issueTexts(await space.issues(run.id)) };
}

async function previousOf(space: Workspace, runId: number): Promise<unknown[]> {
  const { rows } = await space.database.pool.query<object>(
    `select name, rule, previous_record_id, previous_reason from account_changes
     where run_id = $1 and action = 'link'`,
    [runId],
  );
  return rows;
}

test.for([
  ["domain", { name: "Acme old", websiteurl: "acme.net" }, { name: "Acme new", websiteurl: "acme.net" }],
  ["name", { name: "Acme" }, { name: "acme" }],
] as const)(
  "an account that was deactivated does not block the successor of its record: by %s",
  async ([rule, first, second]) => {
    const { space, old, successor, issues } = await blocked(first, second);
    space.org.updateAccount(old, INACTIVE);

    const run = await space.sync();

    expect(issues).toHaveLength(1);
    expect(run).toMatchObject({ linked: 1, skipped: 0, created: 0 });
    expect(await previousOf(space, run.id)).toEqual([
      { name: second.name, rule, previous_record_id: old, previous_reason: "deactivated" },
    ]);
    expect((await space.account(second.name)).externalId).toBe(successor);
    expect(await space.issues(run.id)).toEqual([]);
    expect(await space.sync()).toMatchObject({ unchanged: 2, linked: 0 });
  },
);

test("a run that reads only changes looks a deleted record up before its account is taken over", async () => {
  const space = await workspace();
  const old = space.org.createAccount({ name: "Acme old", websiteurl: "acme.net" });
  space.org.createAccount({ name: "Another" });
  await space.sync();
  space.org.deleteAccount(old);
  await space.sync();
  // It is there again, but inactive and merged with nothing, as after a restore.
  space.org.createAccount({ accountid: old, name: "Acme old", ...INACTIVE });
  const successor = space.org.createAccount({ name: "Acme new", websiteurl: "acme.net", ...LATER });

  const run = await space.syncChanges();

  expect(await previousOf(space, run.id)).toMatchObject([{ previous_reason: "deactivated" }]);
  expect((await space.account("Acme new")).externalId).toBe(successor);
});

test("a retry looks up the record that blocks, so that a deactivation takes effect at once", async () => {
  const { space, old } = await blocked(
    { name: "Acme old", websiteurl: "acme.net" },
    { name: "Acme new", websiteurl: "acme.net" },
  );
  space.org.updateAccount(old, INACTIVE);

  const run = await space.retry({ kind: "domain-linked-elsewhere" });

  expect(run).toMatchObject({ read: 1, linked: 1, stopped: 1 });
  expect(await space.issues(run.id)).toEqual([]);
});

test("a retry takes nothing over from a record that is still selected", async () => {
  const { space } = await blocked(
    { name: "Acme old", websiteurl: "acme.net" },
    { name: "Acme new", websiteurl: "acme.net" },
  );

  const run = await space.retry({ kind: "domain-linked-elsewhere" });

  expect(run).toMatchObject({ read: 2, unchanged: 1, skipped: 1, linked: 0, stopped: 0 });
});

test("an account whose record left the view blocks until it is unlinked, and then is open", async () => {
  const view = `<fetch><entity name="account"><attribute name="name"/>
    <filter><condition attribute="address1_city" operator="eq" value="London"/></filter></entity></fetch>`;
  const space = await workspace();
  const selection = {
    kind: "view" as const,
    view: space.org.addView({ kind: "personal", name: "V", fetchxml: view }),
  };
  const london = { address1_city: "London" };
  const old = space.org.createAccount({ name: "Acme old", websiteurl: "acme.net", ...london });
  space.org.createAccount({ name: "Another", ...london });
  await space.sync({ selection });
  space.org.updateAccount(old, { address1_city: "Leeds" });
  const successor = space.org.createAccount({
    name: "Acme new",
    websiteurl: "acme.net",
    ...london,
    ...LATER,
  });
  const before = await space.sync({ selection });

  const accountId = await space.numberOf("Acme old");
  const unlinked = await unlinkAccounts(space.database, { accountId }, BY, space.clock.now());
  const after = await space.sync({ selection });

  expect(issueTexts(await space.issues(before.id))).toEqual(["domain-linked-elsewhere Acme new acme.net"]);
  expect(unlinked).toBe(1);
  expect(after).toMatchObject({ linked: 1, skipped: 0 });
  expect(await space.account("Acme new")).toMatchObject({ externalId: successor, domains: ["acme.net"] });
  expect(await space.numberOf("Acme new")).toBe(accountId);
});

test("an account that syncs is not unlinked", async () => {
  const space = await workspace();
  space.org.createAccount({ name: "Acme" });
  await space.sync();

  const accountId = await space.numberOf("Acme");

  expect(await unlinkAccounts(space.database, { accountId }, BY, space.clock.now())).toBe(0);
  expect(await space.sync()).toMatchObject({ unchanged: 1 });
});

test("the record of an account that was taken over is decided as new when it comes back", async () => {
  const { space, old } = await blocked({ name: "Acme" }, { name: "Acme", websiteurl: "acme.net" });
  space.org.updateAccount(old, INACTIVE);
  await space.sync();
  space.org.updateAccount(old, { statecode: 0, statuscode: 1, name: "Acme Again" });

  const run = await space.sync();

  expect(run).toMatchObject({ created: 1, updated: 0 });
  expect(await space.changes(run.id)).toMatchObject([{ action: "create", name: "Acme Again" }]);
});
