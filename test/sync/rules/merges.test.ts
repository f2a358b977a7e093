// Rule 11: what becomes of the accounts of records that were merged in Dynamics 365. First the
// decision alone, then through the line.
import { describe, expect, it } from "vitest";
import { decideMerges, type MergedRecord } from "../../../src/sync/plan/merges.ts";
import { deleteAccount } from "../../../src/accounts/store.ts";
import { issueTexts, LATER, workspace, type Workspace } from "../../harness/workspace.ts";

const INACTIVE = { statecode: 1, statuscode: 2 };
const ACTIVE = { statecode: 0, statuscode: 1 };

function merged(id: string, account: number, other: Partial<MergedRecord> = {}): MergedRecord {
  const winner = { winner: "w", winnerReason: null, winnerAccount: null, isWinnerSkipped: false };
  return { id, account, wasMerged: false, mergedInto: null, ...winner, ...other };
}

describe("the accounts of merged records", () => {
  it("the oldest becomes that of a winner without one, the others give way to it", () => {
    expect(decideMerges([merged("b", 5), merged("a", 7)])).toEqual([
      { id: "b", reason: "merged", isTransferred: true, mergedInto: null },
      { id: "a", reason: "merged", isTransferred: false, mergedInto: 5 },
    ]);
  });

  it("one that was merged before comes last, since it has given up its domains", () => {
    expect(decideMerges([merged("old", 1, { wasMerged: true }), merged("new", 9)])).toEqual([
      { id: "new", reason: "merged", isTransferred: true, mergedInto: null },
      { id: "old", reason: "merged", isTransferred: false, mergedInto: 9 },
    ]);
  });

  it("give way to the account that the winner has", () => {
    expect(decideMerges([merged("a", 1, { winnerAccount: 8 })])).toEqual([
      { id: "a", reason: "merged", isTransferred: false, mergedInto: 8 },
    ]);
  });

  it("stop for the winner's own reason if it was not read", () => {
    expect(decideMerges([merged("a", 1, { winnerReason: "left-view" })])).toEqual([
      { id: "a", reason: "left-view", isTransferred: true, mergedInto: null },
    ]);
  });

  it("stay as they are if another record took over the account of a winner that was not read", () => {
    const wasMerged = { wasMerged: true, mergedInto: 8 };
    expect(decideMerges([merged("a", 1, { ...wasMerged, winnerReason: "deactivated" })])).toEqual([
      { id: "a", reason: "merged", isTransferred: false, mergedInto: 8 },
    ]);
    expect(decideMerges([merged("a", 1, wasMerged)])).toEqual([
      { id: "a", reason: "merged", isTransferred: true, mergedInto: null },
    ]);
  });

  it("count as deactivated if the winner is not synced", () => {
    expect(decideMerges([merged("a", 1, { isWinnerSkipped: true })])).toEqual([
      { id: "a", reason: "deactivated", isTransferred: false, mergedInto: null },
    ]);
  });
});

type LinkRow = { name: string; record: string; reason: string | null; into: string | null };

async function links(space: Workspace): Promise<LinkRow[]> {
  const { rows } = await space.database.pool.query<LinkRow>(
    `select a.name, l.record_id as record, l.stop_reason as reason, other.name as into
     from account_links l join accounts a on a.id = l.account_id
     left join accounts other on other.id = l.merged_into order by a.name`,
  );
  return rows;
}

async function expectNothingToChange(space: Workspace, settings = {}): Promise<void> {
  expect(await space.sync(settings)).toMatchObject({
    created: 0,
    linked: 0,
    updated: 0,
    stopped: 0,
    merged: 0,
  });
}

async function twoLinked(): Promise<{ space: Workspace; old: string; survivor: string }> {
  const space = await workspace();
  const old = space.org.createAccount({ name: "Acme old", websiteurl: "acme.example.net" });
  const survivor = space.org.createAccount({ name: "Acme new", websiteurl: "acme-new.net", ...LATER });
  await space.sync();
  return { space, old, survivor };
}

describe("a merge of two linked records", () => {
  it("lets the loser's account give up its domains, which the winner's record then claims", async () => {
    const { space, old, survivor } = await twoLinked();
    space.org.updateAccount(old, { websiteurl: "acme.net" });
    await space.sync();
    space.org.updateAccount(survivor, { emailaddress1: "info@acme.net" });
    space.org.mergeAccounts(survivor, old);

    const run = await space.sync();

    expect(run).toMatchObject({ read: 1, updated: 1, merged: 1, stopped: 0 });
    expect(await links(space)).toEqual([
      { name: "Acme new", record: survivor, reason: null, into: null },
      { name: "Acme old", record: old, reason: "merged", into: "Acme new" },
    ]);
    expect((await space.account("Acme old")).domains).toEqual([]);
    expect((await space.account("Acme new")).domains).toEqual(["acme-new.net", "acme.net"]);
    expect(await space.changes(run.id)).toMatchObject([
      {
        action: "merge",
        rule: "merged",
        name: "Acme old",
        values: [{ field: "Domains", before: ["acme.net"], after: [] }],
      },
      { action: "update", name: "Acme new" },
    ]);
    await expectNothingToChange(space);
  });

  it("keeps the merged account out of the way of a new record with its name", async () => {
    const { space, old, survivor } = await twoLinked();
    space.org.mergeAccounts(survivor, old);
    await space.sync();
    space.org.createAccount({ name: "Acme old", ...LATER });

    expect(await space.sync()).toMatchObject({ created: 1, skipped: 0 });
  });

  it("lets the account of a merged record that is active again resume", async () => {
    const { space, old, survivor } = await twoLinked();
    space.org.mergeAccounts(survivor, old);
    await space.sync();
    space.org.updateAccount(old, ACTIVE);

    expect(await space.sync()).toMatchObject({ updated: 1, merged: 0 });
    expect(await links(space)).toMatchObject([{}, { name: "Acme old", reason: null, into: null }]);
    await expectNothingToChange(space);
  });

  it("follows the winner when that is merged too", async () => {
    const { space, old, survivor } = await twoLinked();
    const last = space.org.createAccount({ name: "Acme group", ...LATER });
    await space.sync();
    space.org.mergeAccounts(survivor, old);
    await space.sync();
    space.org.mergeAccounts(last, survivor);

    expect(await space.sync()).toMatchObject({ merged: 2 });
    expect(await links(space)).toMatchObject([
      { name: "Acme group", reason: null, into: null },
      { name: "Acme new", reason: "merged", into: "Acme group" },
      { name: "Acme old", reason: "merged", into: "Acme group" },
    ]);
    await expectNothingToChange(space);
  });

  it("stays as it is when another record takes over the winner's account", async () => {
    const { space, old, survivor } = await twoLinked();
    space.org.mergeAccounts(survivor, old);
    await space.sync();
    space.org.updateAccount(survivor, INACTIVE);
    space.org.createAccount({ name: "Acme next", websiteurl: "acme-new.net", ...LATER });

    expect(await space.sync()).toMatchObject({ linked: 1, merged: 0 });

    await expectNothingToChange(space);
    expect(await links(space)).toMatchObject([
      { name: "Acme next", reason: null },
      { name: "Acme old", record: old, reason: "merged", into: "Acme next" },
    ]);
  });

  it.for(["changes", "retry"] as const)(
    "is found by a run that does not read everything: %s",
    async (mode) => {
      const space = await workspace();
      const old = space.org.createAccount({ name: "Acme old", websiteurl: "acme.net" });
      const survivor = space.org.createAccount({ name: "Acme new", websiteurl: "acme.net", ...LATER });
      const blocked = await space.sync();
      space.org.mergeAccounts(survivor, old);

      const run = await (mode === "retry"
        ? space.retry({ kind: "domain-linked-elsewhere" })
        : space.syncChanges());

      expect(issueTexts(await space.issues(blocked.id))).toEqual([
        "domain-linked-elsewhere Acme new acme.net",
      ]);
      expect(run).toMatchObject({ linked: 1, skipped: 0 });
      expect(await links(space)).toEqual([{ name: "Acme new", record: survivor, reason: null, into: null }]);
      await expectNothingToChange(space);
    },
  );
});

describe("a merge into a record without an account", () => {
  it("gives the winner the account of the merged record", async () => {
    const space = await workspace();
    const old = space.org.createAccount({ name: "Acme old", websiteurl: "acme.net" });
    await space.sync();
    const number = await space.numberOf("Acme old");
    const survivor = space.org.createAccount({ name: "Acme new", websiteurl: "other.net", ...LATER });
    space.org.mergeAccounts(survivor, old);

    const run = await space.sync();

    expect(run).toMatchObject({ read: 1, linked: 1, created: 0, merged: 0 });
    expect(await space.changes(run.id)).toMatchObject([{ action: "link", rule: "merged" }]);
    expect(await space.accounts()).toMatchObject([
      { name: "Acme new", externalId: survivor, domains: ["other.net"] },
    ]);
    expect(await space.numberOf("Acme new")).toBe(number);
    await expectNothingToChange(space);
  });

  it("closes the issues of the merged record", async () => {
    const space = await workspace();
    const old = space.org.createAccount({ name: "Acme old", websiteurl: "10.0.0.1" });
    await space.sync();
    space.org.mergeAccounts(space.org.createAccount({ name: "Acme new", ...LATER }), old);

    const run = await space.sync();

    expect(run).toMatchObject({ linked: 1 });
    expect(await space.issues(run.id)).toEqual([]);
  });

  it("gives a winner outside the view the account, which then stops for its reason", async () => {
    const space = await workspace();
    const view = space.org.addView({
      kind: "personal",
      name: "London",
      fetchxml: `<fetch><entity name="account"><attribute name="name"/><filter>
        <condition attribute="address1_city" operator="eq" value="London"/>
        <condition attribute="statecode" operator="eq" value="0"/></filter></entity></fetch>`,
    });
    const selection = { kind: "view" as const, view };
    const old = space.org.createAccount({ name: "Acme old", address1_city: "London" });
    space.org.createAccount({ name: "Other", address1_city: "London" });
    await space.sync({ selection });
    const survivor = space.org.createAccount({ name: "Acme new", address1_city: "Leeds" });
    space.org.mergeAccounts(survivor, old);

    const run = await space.sync({ selection });

    expect(run).toMatchObject({ merged: 1, stopped: 0 });
    expect((await links(space))[0]).toEqual({
      name: "Acme old",
      record: survivor,
      reason: "left-view",
      into: null,
    });
    expect((await space.account("Acme old")).externalId).toBe(survivor);
    await expectNothingToChange(space, { selection });
  });

  it("gives a deactivated winner the account, which the same run may let another record take over", async () => {
    const { space, old } = await twoLinked();
    const survivor = space.org.createAccount({ name: "Acme group", ...LATER, ...INACTIVE });
    space.org.mergeAccounts(survivor, old);
    const successor = space.org.createAccount({ name: "acme OLD", ...LATER });

    const run = await space.sync();

    expect(run).toMatchObject({ merged: 1, linked: 1, created: 0 });
    expect((await space.account("acme OLD")).externalId).toBe(successor);
    const { rows } = await space.database.pool.query(
      `select previous_record_id, previous_reason from account_changes
       where run_id = $1 and action = 'link'`,
      [run.id],
    );
    expect(rows).toEqual([{ previous_record_id: survivor, previous_reason: "deactivated" }]);
    await expectNothingToChange(space);
  });

  it("only deactivates the account if the winner is excluded from the sync", async () => {
    const { space, old, survivor } = await twoLinked();
    const by = { kind: "api" } as const;
    await deleteAccount(
      space.database,
      await space.numberOf("Acme new"),
      { exclude: true },
      by,
      space.clock.now(),
    );
    space.org.mergeAccounts(survivor, old);

    expect(await space.sync()).toMatchObject({ stopped: 1, merged: 0 });
    expect(await links(space)).toMatchObject([{ name: "Acme old", reason: "deactivated" }]);
    await expectNothingToChange(space);
  });

  it("only deactivates accounts whose records were merged in a circle, or into a deleted record", async () => {
    const { space, old, survivor } = await twoLinked();
    const third = space.org.createAccount({ name: "Third" });
    const gone = space.org.createAccount({ name: "Gone" });
    space.org.createAccount({ name: "Stays" });
    await space.sync();
    space.org.updateAccount(old, { merged: true, masterid: survivor, ...INACTIVE });
    space.org.updateAccount(survivor, { merged: true, masterid: old, ...INACTIVE });
    space.org.mergeAccounts(gone, third);
    space.org.deleteAccount(gone);

    expect(await space.sync()).toMatchObject({ stopped: 4, merged: 0 });
    expect((await links(space)).map(({ name, reason }) => `${name} ${reason}`)).toEqual([
      "Acme new deactivated",
      "Acme old deactivated",
      "Gone deleted",
      "Stays null",
      "Third deactivated",
    ]);
    await expectNothingToChange(space);
  });
});
