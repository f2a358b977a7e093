// Rule 16: a run that reads what changed alone, and what is left for the next full one.
import { describe, expect, test } from "vitest";
import { runSync } from "../../../src/sync/run.ts";
import { workspace } from "../../harness/workspace.ts";

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
  test("a mapped column that came back empty is empty here at once, although no account's version moved", async () => {
    const work = await workspace();
    work.org.addColumn(REGION);
    work.org.createAccount({ name: "Contoso", new_region: "North" });
    await work.sync(SETTINGS);
    work.org.deleteColumn("new_region");
    await runSync(work.context(SETTINGS), "changes");
    expect((await work.account("Contoso")).fields).toEqual({ Region: "North" });
    work.org.addColumn(REGION);

    await runSync(work.context(SETTINGS), "changes");

    expect((await work.account("Contoso")).fields).toEqual({});
    expect(await work.sync(SETTINGS)).toMatchObject({ updated: 0, unchanged: 1 });
  });
});
