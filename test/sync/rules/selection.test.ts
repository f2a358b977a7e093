// Rules 11 to 14: what is selected, which accounts stop, and that a failed read changes nothing.
import { describe, expect, it } from "vitest";
import { deleteAccount } from "../../../src/accounts/store.ts";
import { issueTexts, workspace, type Workspace } from "../../harness/workspace.ts";

const VIEW = `<fetch><entity name="account"><attribute name="name"/>
  <filter><condition attribute="address1_city" operator="eq" value="London"/></filter></entity></fetch>`;

function inLondon(space: Workspace, name: string): string {
  return space.org.createAccount({ name, address1_city: "London" });
}

function londonView(space: Workspace): string {
  return space.org.addView({ kind: "personal", name: "London", fetchxml: VIEW });
}

async function stopReasons(space: Workspace): Promise<Record<string, string | null>> {
  const { rows } = await space.database.pool.query<{ name: string; stop_reason: string | null }>(
    "select name, stop_reason from account_links join accounts on accounts.id = account_id",
  );
  return Object.fromEntries(rows.map((row) => [row.name, row.stop_reason]));
}

/** Deletes one of two accounts, and lets a run notice it. */
async function withDeletedAccount(): Promise<{ space: Workspace; gone: string }> {
  const space = await workspace();
  const gone = space.org.createAccount({ name: "Gone" });
  space.org.createAccount({ name: "Here" });
  await space.sync();
  space.org.deleteAccount(gone);
  await space.sync();
  return { space, gone };
}

describe("rule 11: stopping", () => {
  it("keeps the account of a missing record, says why it stopped, and resumes when the record returns", async () => {
    const space = await workspace();
    const gone = space.org.createAccount({ name: "Gone", websiteurl: "gone.com" });
    const asleep = space.org.createAccount({ name: "Asleep" });
    space.org.createAccount({ name: "Here" });
    await space.sync();
    space.org.deleteAccount(gone);
    space.org.updateAccount(asleep, { statecode: 1, statuscode: 2 });

    const stopping = await space.sync();
    const reasons = await stopReasons(space);
    space.org.updateAccount(asleep, { statecode: 0, statuscode: 1, description: "awake" });
    const resuming = await space.sync();

    expect(stopping).toMatchObject({ read: 1, stopped: 2, unchanged: 1 });
    expect(reasons).toEqual({ Gone: "deleted", Asleep: "deactivated", Here: null });
    expect(resuming).toMatchObject({ updated: 1, stopped: 0 });
    expect(await space.changes(resuming.id)).toMatchObject([{ action: "resume", name: "Asleep" }]);
    expect((await space.account("Gone")).domains).toEqual(["gone.com"]);
  });

  it("looks missing records up to distinguish those that left the view from deleted ones", async () => {
    const space = await workspace();
    const selection = { kind: "view" as const, view: londonView(space) };
    const moved = inLondon(space, "Moved");
    const gone = inLondon(space, "Gone");
    inLondon(space, "Stays");
    await space.sync({ selection });
    space.org.updateAccount(moved, { address1_city: "Leeds" });
    space.org.deleteAccount(gone);

    const run = await space.sync({ selection });

    expect(run).toMatchObject({ stopped: 2 });
    expect(await stopReasons(space)).toEqual({ Moved: "left-view", Gone: "deleted", Stays: null });
  });

  it("changes the stop reason when a deleted record returned, was refused, and is deactivated", async () => {
    const { space, gone } = await withDeletedAccount();
    space.org.createAccount({ accountid: gone, name: " " });
    const resuming = await space.sync();
    space.org.updateAccount(gone, { statecode: 1, statuscode: 2 });

    const run = await space.sync();

    expect(resuming).toMatchObject({ read: 2, skipped: 1, stopped: 0 });
    expect(run).toMatchObject({ read: 1, stopped: 1 });
    expect(await stopReasons(space)).toEqual({ Gone: "deactivated", Here: null });
    expect(await space.sync()).toMatchObject({ stopped: 0, unchanged: 1 });
  });

  it("plans nothing for accounts that stopped before", async () => {
    const { space } = await withDeletedAccount();

    expect(await space.sync()).toMatchObject({ stopped: 0, unchanged: 1 });
  });

  it("lets another record take over the account of a deleted one", async () => {
    const space = await workspace();
    const gone = space.org.createAccount({ name: "Acme", websiteurl: "acme.com" });
    await space.sync();
    space.org.deleteAccount(gone);
    const successor = space.org.createAccount({ name: "Acme again", websiteurl: "acme.com" });

    const run = await space.sync();

    expect(run).toMatchObject({ linked: 1, created: 0 });
    expect(await space.accounts()).toMatchObject([{ name: "Acme again", externalId: successor }]);
  });

  it("creates an account deleted here again, unless it was excluded", async () => {
    const space = await workspace();
    space.org.createAccount({ name: "Again" });
    space.org.createAccount({ name: "Never" });
    await space.sync();
    await deleteAccount(
      space.database,
      await space.numberOf("Again"),
      { exclude: false },
      { kind: "api" },
      space.clock.now(),
    );
    await deleteAccount(
      space.database,
      await space.numberOf("Never"),
      { exclude: true },
      { kind: "api" },
      space.clock.now(),
    );

    const run = await space.sync();

    expect(run).toMatchObject({ created: 1, skipped: 1 });
    expect(issueTexts(await space.issues(run.id))).toEqual(["excluded Never"]);
  });
});

describe("rule 12: the selection", () => {
  it("means all active accounts", async () => {
    const space = await workspace();
    space.org.createAccount({ name: "Active" });
    space.org.createAccount({ name: "Inactive", statecode: 1, statuscode: 2 });

    expect(await space.sync()).toMatchObject({ read: 1, created: 1 });
  });

  it("lets the view decide, inactive accounts included, and finds it by name", async () => {
    const space = await workspace();
    londonView(space);
    inLondon(space, "Active");
    space.org.createAccount({ name: "Inactive", address1_city: "London", statecode: 1, statuscode: 2 });
    space.org.createAccount({ name: "Elsewhere", address1_city: "Leeds" });

    expect(await space.sync({ selection: { kind: "view", view: "London" } })).toMatchObject({ created: 2 });
  });

  it("refuses more than the maximum before anything is written", async () => {
    const space = await workspace();
    for (const name of ["One", "Two", "Three"]) space.org.createAccount({ name });

    await expect(space.sync({}, { maxAccounts: 2 })).rejects.toThrow(/more than 2 accounts/);

    expect(await space.accounts()).toEqual([]);
  });

  it("counts a record that a join repeats once", async () => {
    const space = await workspace();
    const account = space.org.createAccount({ name: "Acme" });
    for (const lastname of ["A", "B", "C"])
      space.org.create("contact", { lastname, parentcustomerid: account });
    const view = space.org.addView({
      kind: "personal",
      name: "With contacts",
      fetchxml: `<fetch><entity name="account"><link-entity name="contact" from="parentcustomerid" to="accountid"/></entity></fetch>`,
    });

    expect(await space.sync({ selection: { kind: "view", view } })).toMatchObject({ read: 1, created: 1 });
  });

  it("refuses a view without FetchXML by name", async () => {
    const space = await workspace();
    const view = space.org.addView({ kind: "system", name: "Special", fetchxml: null });

    await expect(space.sync({ selection: { kind: "view", view } })).rejects.toThrow(/Special/);
  });
});

describe("rule 13: deletions at the source", () => {
  it("fails the run when the view is gone or no longer shared", async () => {
    const space = await workspace();
    const view = londonView(space);
    inLondon(space, "Acme");
    await space.sync({ selection: { kind: "view", view } });
    space.org.deleteView(view);

    await expect(space.sync({ selection: { kind: "view", view } })).rejects.toMatchObject({
      code: "view-not-found",
    });

    expect(await stopReasons(space)).toEqual({ Acme: null });
  });

  it("fails the run when the view uses a column that is gone", async () => {
    const space = await workspace();
    space.org.addColumn({ schemaName: "new_Tier", type: "String", label: "Tier" });
    const fetchxml = VIEW.replace("address1_city", "new_tier");
    const view = space.org.addView({ kind: "personal", name: "Tiered", fetchxml });
    space.org.createAccount({ name: "Acme", new_tier: "London" });
    await space.sync({ selection: { kind: "view", view } });
    space.org.deleteColumn("new_tier");

    await expect(space.sync({ selection: { kind: "view", view } })).rejects.toMatchObject({
      code: "view-broken",
    });

    expect(await stopReasons(space)).toEqual({ Acme: null });
  });

  it.each(["name", "domains"])("fails the run when the column of %s is gone", async (target) => {
    const space = await workspace();
    space.org.addColumn({ schemaName: "new_Text", type: "String", label: "Text" });
    space.org.createAccount({ name: "Acme", new_text: "acme.com" });
    const mapping = {
      name: target === "name" ? "new_text" : "name",
      domains: target === "domains" ? ["new_text"] : [],
      fields: [],
    };
    await space.sync({ mapping });
    const before = await space.accounts();
    space.org.deleteColumn("new_text");

    await expect(space.sync({ mapping })).rejects.toThrow(/new_text/);

    expect(await space.accounts()).toEqual(before);
  });

  it("skips only that mapping when another column is gone; its last values stay", async () => {
    const space = await workspace();
    space.org.addColumn({ schemaName: "new_Tier", type: "String", label: "Tier" });
    const id = space.org.createAccount({ name: "Acme", new_tier: "Gold" });
    const mapping = {
      name: "name",
      description: "description",
      domains: [],
      fields: [{ column: "new_tier", field: "Tier", type: "text" as const }],
    };
    await space.sync({ mapping });
    space.org.deleteColumn("new_tier");
    space.org.updateAccount(id, { description: "new" });

    const run = await space.sync({ mapping });

    expect(await space.account("Acme")).toMatchObject({ description: "new", fields: { Tier: "Gold" } });
    expect(issueTexts(await space.issues(run.id))).toEqual(["field-not-found new_tier"]);
  });

  it("skips only that mapping when a secured column cannot be read", async () => {
    const space = await workspace();
    space.org.addColumn({ schemaName: "new_Credit", type: "String", label: "Credit" });
    space.org.createAccount({ name: "Acme", new_credit: "AAA" });
    const mapping = {
      name: "name",
      domains: [],
      fields: [{ column: "new_credit", field: "Credit", type: "text" as const }],
    };
    await space.sync({ mapping });
    space.org.secureColumn("new_credit");
    space.org.removeRole(space.org.roles.get("System Administrator")!, space.org.adminId);
    space.org.assignRole(space.org.roles.get("Basic User")!, space.org.adminId);

    const run = await space.sync({ mapping });

    expect((await space.account("Acme")).fields).toEqual({ Credit: "AAA" });
    expect(issueTexts(await space.issues(run.id))).toEqual(["field-not-readable new_credit"]);
  });
});

describe("rule 14: a partial, empty or failed read", () => {
  it("removes and clears nothing when the source fails half-way", async () => {
    const space = await workspace({ pageSize: 2 });
    for (const name of ["One", "Two", "Three", "Four", "Five"])
      space.org.createAccount({ name, description: name });
    await space.sync();
    const before = await space.accounts();
    space.simulator.faults.add({ path: "skiptoken", times: 0, fault: { kind: "malformed-json" } });

    await expect(space.sync()).rejects.toThrow(/Dynamics 365/);

    expect(await space.accounts()).toEqual(before);
    expect(Object.values(await stopReasons(space))).toEqual([null, null, null, null, null]);
  });

  it("saves no teammate of the connection file when the users cannot be read", async () => {
    const space = await workspace();
    space.org.createAccount({ name: "One" });
    const fields = [{ column: "ownerid", field: "Owner", type: "teammate" as const }];
    const teammates = [{ email: "wren@ourcompany.example", name: "Wren" }];
    space.simulator.faults.add({ path: "systemusers", times: 0, fault: { kind: "malformed-json" } });

    const sync = space.sync({ mapping: { name: "name", domains: [], fields } }, { teammates });

    await expect(sync).rejects.toThrow(/Dynamics 365/);
    expect(await space.database.kysely.selectFrom("teammates").select("email").execute()).toEqual([]);
  });

  it("needs approval when the selection is empty, and stops accounts only when that plan is applied", async () => {
    const space = await workspace();
    const view = londonView(space);
    const id = inLondon(space, "Acme");
    await space.sync({ selection: { kind: "view", view } });
    space.org.updateAccount(id, { address1_city: "Leeds" });

    const planned = await space.sync({ selection: { kind: "view", view } });
    const before = await stopReasons(space);
    const applied = await space.apply(planned.id, { selection: { kind: "view", view } });

    expect(planned).toMatchObject({ status: "planned", approvalReason: "empty-selection", stopped: 1 });
    expect(before).toEqual({ Acme: null });
    expect(applied).toMatchObject({ status: "done", stopped: 1 });
    expect(await stopReasons(space)).toEqual({ Acme: "left-view" });
  });
});
