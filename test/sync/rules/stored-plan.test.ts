// Rules 15 and 17 (what a stored plan may write; that every issue kind says what to do), and the
// run lease.
import { describe, expect, it } from "vitest";
import { createAccount, editAccount } from "../../../src/accounts/store.ts";
import { issueKinds } from "../../../src/sync/rules/issue-kinds.ts";
import { issueTexts, workspace } from "../../harness/workspace.ts";

describe("rule 15: a stored plan", () => {
  it("writes nothing until it is applied, and then exactly its changes", async () => {
    const space = await workspace();
    space.org.createAccount({ name: "Acme", websiteurl: "acme.com" });
    const plan = await space.plan();
    const before = await space.accounts();
    space.org.createAccount({ name: "Came later" });

    const run = await space.apply(plan.id);

    expect(plan).toMatchObject({ status: "planned", created: 1 });
    expect(before).toEqual([]);
    expect(run).toMatchObject({ status: "done", created: 1 });
    expect((await space.accounts()).map((account) => account.name)).toEqual(["Acme"]);
  });

  it("is refused when a run of another organisation was applied since", async () => {
    const space = await workspace();
    space.org.createAccount({ name: "Acme" });
    const plan = await space.plan();
    const other = await workspace();
    other.org.createAccount({ name: "Globex" });

    await other.sync({}, { database: space.database });

    await expect(space.apply(plan.id)).rejects.toThrow(/Run 2 was applied|cannot be applied any more/);
    expect(await space.accounts()).toMatchObject([{ name: "Globex" }]);
  });

  it("skips and counts an account that changed since, and applies the other changes", async () => {
    const space = await workspace();
    const one = space.org.createAccount({ name: "One" });
    const two = space.org.createAccount({ name: "Two" });
    await space.sync();
    space.org.updateAccount(one, { description: "new" });
    space.org.updateAccount(two, { description: "new" });
    const plan = await space.plan();
    await editAccount(
      space.database,
      await space.numberOf("One"),
      { description: "by hand" },
      { kind: "api" },
      space.clock.now(),
    );

    const run = await space.apply(plan.id);

    expect(run).toMatchObject({ updated: 1, failed: 1 });
    expect(issueTexts(await space.issues(run.id))).toEqual(["changed-since-plan One"]);
    expect((await space.account("One")).description).toBe("by hand");
    expect(await space.sync()).toMatchObject({ updated: 1, failed: 0, issues: {} });
  });

  it("does not undo an edit of an unchanged account, which the next run does", async () => {
    const space = await workspace();
    space.org.createAccount({ name: "Acme", description: "of Dynamics" });
    await space.sync();
    const { mapping } = space.context().settings;
    const phone = { column: "telephone1", field: "Phone", type: "text" } as const;
    const settings = { mapping: { ...mapping, fields: [...mapping.fields, phone] } };
    const plan = await space.plan(settings);
    await editAccount(
      space.database,
      await space.numberOf("Acme"),
      { description: "by hand" },
      { kind: "api" },
      space.clock.now(),
    );
    await space.apply(plan.id, settings);

    const next = await space.sync(settings);

    expect(plan).toMatchObject({ unchanged: 1, updated: 0 });
    expect(next).toMatchObject({ unchanged: 0, updated: 1 });
    expect((await space.account("Acme")).description).toBe("of Dynamics");
  });

  it.each([
    ["a domain that somebody took", { name: "Other", domains: ["acme.com"] }],
    ["a name that somebody used", { name: "ACME" }],
  ])("does not create over %s since", async (_, taken) => {
    const space = await workspace();
    space.org.createAccount({ name: "Acme", websiteurl: "acme.com" });
    const plan = await space.plan();
    await createAccount(space.database, { origin: "manual", ...taken }, { kind: "api" }, space.clock.now());

    expect(await space.apply(plan.id)).toMatchObject({ created: 0, failed: 1 });
  });

  it("is refused as a whole when another run was applied since", async () => {
    const space = await workspace();
    space.org.createAccount({ name: "Acme" });
    const plan = await space.plan();
    space.org.createAccount({ name: "Other" });
    await space.sync();

    await expect(space.apply(plan.id)).rejects.toThrow(/Run 2 was applied since/);
  });

  it("is refused as a whole when mapping, selection or options changed", async () => {
    const space = await workspace();
    space.org.createAccount({ name: "Acme" });
    const plan = await space.plan();

    await expect(
      space.apply(plan.id, { options: { allowDuplicateNames: true, onDomainTaken: "skip" } }),
    ).rejects.toThrow(/changed since/);
    expect(await space.accounts()).toEqual([]);
  });

  it("is refused as a whole after 24 hours", async () => {
    const space = await workspace();
    space.org.createAccount({ name: "Acme" });
    const plan = await space.plan();
    space.clock.advance(25 * 60 * 60 * 1000);

    await expect(space.apply(plan.id)).rejects.toThrow(/Plan again/);
  });

  it("changes no version when it is made: the next run finds the same changes", async () => {
    const space = await workspace();
    const id = space.org.createAccount({ name: "Acme" });
    await space.sync();
    space.org.updateAccount(id, { description: "new" });
    await space.plan();

    expect(await space.sync()).toMatchObject({ updated: 1 });
  });

  it("of an automatic run is made again for accounts that change meanwhile", async () => {
    const space = await workspace();
    const id = space.org.createAccount({ name: "Acme", description: "one" });
    await space.sync();
    space.org.updateAccount(id, { description: "two" });
    const number = await space.numberOf("Acme");
    let edited: Promise<void> | undefined;

    // The edit comes between the plan and the first chunk: "plan" is reported before planning, "apply"
    // after a chunk.
    const run = await space.sync(
      {},
      {
        onProgress: ({ stage }) => {
          if (stage === "plan")
            edited ??= editAccount(
              space.database,
              number,
              { description: "by hand" },
              { kind: "api" },
              space.clock.now(),
            );
        },
      },
    );
    await edited;
    await space.sync();

    expect(run).toMatchObject({ status: "done", failed: 0 });
    expect((await space.account("Acme")).description).toBe("two");
  });
});

describe("rule 17: issue kinds", () => {
  it("each say what happened and how to resolve it", () => {
    for (const kind of Object.values(issueKinds)) {
      expect(kind.title).not.toBe("");
      expect(kind.explanation).toMatch(/\.$/);
      expect(kind.howToResolve).toMatch(/\.$/);
    }
  });
});

describe("the run lease", () => {
  it("lets one run at a time write for an organisation", async () => {
    const space = await workspace();
    for (let n = 0; n < 50; n++) space.org.createAccount({ name: `Account ${n}` });

    const both = await Promise.allSettled([space.sync(), space.sync()]);

    expect(both.map((one) => one.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await space.accounts()).toHaveLength(50);
  });
});
