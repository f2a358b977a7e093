// The brake: a plan that no admin saw and that would change too much needs approval before anything
// is written.
import { describe, expect, test } from "vitest";
import { DEFAULT_BRAKE_LIMITS, type BrakeLimits } from "../../../src/settings/brake.ts";
import { brakeReason, type BrakeFacts } from "../../../src/sync/plan/brake.ts";
import { workspace, type Workspace } from "../../harness/workspace.ts";

const facts = (overrides: Partial<BrakeFacts>): BrakeFacts => ({
  linked: 10_000,
  affected: 0,
  deleted: 0,
  read: 10_000,
  previouslyRead: 10_000,
  ...overrides,
});

describe("the brake decides by what a plan would do to the linked accounts", () => {
  test.for<[string, Partial<BrakeFacts>, string | undefined]>([
    ["a fifth of many", { affected: 2000 }, undefined],
    ["more than a fifth", { affected: 2001 }, "brake-changes"],
    ["more than a fifth, but of few", { linked: 2000, affected: 600 }, undefined],
    ["more than half of few", { linked: 2000, affected: 1001 }, "brake-changes"],
    ["a handful", { linked: 10, affected: 10, read: 10, previouslyRead: 10 }, undefined],
    ["a first sync", { linked: 0, affected: 0, previouslyRead: undefined }, undefined],
    ["a selection of half", { read: 5000 }, "brake-shrunk"],
    ["a selection of a little more than half", { read: 5001 }, undefined],
    ["more than a hundredth found deleted", { deleted: 101 }, "brake-deleted"],
    ["a hundredth found deleted", { deleted: 100 }, undefined],
    ["ten found deleted of few", { linked: 100, deleted: 10 }, undefined],
    ["eleven found deleted of few", { linked: 1000, deleted: 11 }, "brake-deleted"],
    ["another selection", { read: 10, previouslyRead: undefined }, undefined],
  ])("%s", ([, overrides, reason]) => {
    expect(brakeReason(facts(overrides), DEFAULT_BRAKE_LIMITS)).toBe(reason);
  });
});

describe("the brake takes its limits from the settings", () => {
  const off = { sharePercent: 100, accounts: 0, shareOfFewPercent: 100, shrunkToPercent: 0 };
  test.for<[string, Partial<BrakeLimits>, Partial<BrakeFacts>, string | undefined]>([
    ["all of them, with the share at 100 %", {}, { affected: 10_000 }, undefined],
    ["nearly none left, with the shrinking at 0 %", {}, { read: 1 }, undefined],
    ["more than a tenth", { sharePercent: 10 }, { affected: 1001 }, "brake-changes"],
    [
      "more than a tenth, but no more than the number",
      { sharePercent: 10, accounts: 900, shareOfFewPercent: 100 },
      { linked: 9_100, affected: 900 },
      undefined,
    ],
    [
      "more than the share of few",
      { accounts: 5000, sharePercent: 20, shareOfFewPercent: 30 },
      { affected: 3001 },
      "brake-changes",
    ],
    ["a selection of nine tenths", { shrunkToPercent: 90 }, { read: 9000 }, "brake-shrunk"],
  ])("%s", ([, limits, overrides, reason]) => {
    expect(brakeReason(facts(overrides), { ...off, ...limits })).toBe(reason);
  });
});

async function synced(): Promise<{ space: Workspace; ids: string[] }> {
  const space = await workspace();
  const ids = Array.from({ length: 30 }, (_, index) =>
    space.org.createAccount({ name: `Company ${index}`, industrycode: 1, description: "Something" }),
  );
  await space.sync({}, { brake: DEFAULT_BRAKE_LIMITS });
  return { space, ids };
}

test("nothing is written until an admin applies the plan, for which the brake does not count", async () => {
  const { space, ids } = await synced();
  for (const id of ids.slice(0, 16)) space.org.updateAccount(id, { description: "" });

  const run = await space.sync({}, { brake: DEFAULT_BRAKE_LIMITS });

  expect(run).toMatchObject({ status: "planned", approvalReason: "brake-changes", updated: 16 });
  expect((await space.account("Company 0")).description).toBe("Something");
  expect(await space.apply(run.id)).toMatchObject({ status: "done", updated: 16 });
});

test("a selection that shrank by half needs approval", async () => {
  const { space, ids } = await synced();
  for (const id of ids.slice(0, 15)) space.org.updateAccount(id, { statecode: 1 });

  const run = await space.sync({}, { brake: DEFAULT_BRAKE_LIMITS });

  expect(run).toMatchObject({ status: "planned", approvalReason: "brake-shrunk", stopped: 15 });
});

test("a renamed label does not count", async () => {
  const { space } = await synced();
  space.org.renameChoice("industrycode", 1, "Bookkeeping");

  const run = await space.sync({}, { brake: DEFAULT_BRAKE_LIMITS });

  expect(run).toMatchObject({ status: "done", updated: 30 });
});
