// Rule 16: what a changes-only run notices, and what only the next full run does.
import { describe, expect, test } from "vitest";
import { runSync } from "../../../src/sync/run.ts";
import { issueTexts, workspace } from "../../harness/workspace.ts";

const REGION = {
  schemaName: "new_Region",
  type: "String",
  label: "Region",
  maxLength: 100,
  formatName: "Text",
} as const;
const SETTINGS = {
  mapping: {
    name: "name",
    domains: ["websiteurl"],
    fields: [{ column: "new_region", field: "Region", type: "text" }],
  },
} as const;

describe("rule 16: changes only", () => {
  test("a mapped column that was deleted and added again is empty at once, although no version changed", async () => {
    const space = await workspace();
    space.org.addColumn(REGION);
    space.org.createAccount({ name: "Contoso", new_region: "North" });
    await space.sync(SETTINGS);
    space.org.deleteColumn("new_region");
    await runSync(space.context(SETTINGS), "changes");
    expect((await space.account("Contoso")).fields).toEqual({ Region: "North" });
    space.org.addColumn(REGION);

    await runSync(space.context(SETTINGS), "changes");

    expect((await space.account("Contoso")).fields).toEqual({});
    expect(await space.sync(SETTINGS)).toMatchObject({ updated: 0, unchanged: 1 });
  });

  test("what a retry decided under other settings is decided again under those of the sync", async () => {
    const space = await workspace();
    space.org.createAccount({ name: "Contoso", websiteurl: "10.0.0.1" });
    await space.sync();
    await space.retry({ kind: "domain-invalid" }, { mapping: { name: "name", domains: [], fields: [] } });

    const run = await space.syncChanges();

    expect(issueTexts(await space.issues(run.id))).toEqual(["domain-invalid Contoso 10.0.0.1"]);
  });
});
