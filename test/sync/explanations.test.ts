import { expect, test } from "vitest";
import { explainChange, explainIssue } from "../../src/sync/report/explanations.ts";
import type { ChangeRow } from "../../src/sync/report/planned-changes.ts";
import type { OtherAccountState } from "../../src/sync/report/other-accounts.ts";
import type { SyncSettings } from "../../src/settings/sync-settings.ts";

const SETTINGS: SyncSettings = {
  selection: { kind: "all" },
  mapping: { name: "name", domains: ["websiteurl"], fields: [] },
  options: { allowDuplicateNames: false, onDomainTaken: "skip" },
  ownDomains: [],
  commonDomains: { add: [], remove: [] },
};

const CHANGE: ChangeRow = {
  seq: 1,
  action: "link",
  rule: "name",
  account_id: 7,
  record_id: "00000000-0000-4000-8000-000000000001",
  name: "Acme new",
  description: null,
  fields: {},
  domains: ["acme.net"],
  before: {},
  previous_reason: null,
  taken_over_by: null,
  merged_into: null,
  merged_into_name: null,
  outcome: null,
};

const explain = (changed: Partial<ChangeRow>) => explainChange({ ...CHANGE, ...changed }, SETTINGS);

test("a link by name or domain says whose account it takes over, and why that was open", () => {
  const renamed = { before: { name: "Acme old", domains: ["acme.net", "acme.org"] } };
  expect([
    explain({}),
    explain({ previous_reason: "deleted" }),
    explain({ ...renamed, previous_reason: "deactivated" }),
    explain({ ...renamed, previous_reason: "deactivated", rule: "domain" }),
  ]).toEqual([
    "Same name, not linked yet",
    "Same name; takes over the account, whose record was deleted in Dynamics 365",
    "Same name; takes over “Acme old”, whose record was deactivated in Dynamics 365",
    "Its domain acme.net belongs to this account; takes over “Acme old”, whose record was deactivated in Dynamics 365",
  ]);
});

test("a stop says why, and which record takes the account over in the same run", () => {
  expect([
    explain({ action: "stop", rule: "left-view" }),
    explain({ action: "stop", rule: "deleted", taken_over_by: "Acme new" }),
  ]).toEqual(["No longer in the view", "Deleted in Dynamics 365; “Acme new” takes its account over"]);
});

test("a merge says into which account, or what became of the record that the account gets instead", () => {
  const merged = { rule: "merged", previous_reason: "merged" } as const;
  expect([
    explain({ action: "merge", rule: "merged", merged_into: 8, merged_into_name: "Acme group" }),
    explain({ action: "merge", rule: "left-view" }),
    explain({ action: "merge", rule: "deactivated" }),
    explain(merged),
    explain({ ...merged, before: { name: "Acme old" } }),
  ]).toEqual([
    "Merged into “Acme group” in Dynamics 365",
    "Linked to the record that its own was merged into, which is no longer in the view",
    "Linked to the record that its own was merged into, which is deactivated in Dynamics 365",
    "The record of this account was merged into this one in Dynamics 365",
    "“Acme old” was merged into it in Dynamics 365, and its account becomes this one's",
  ]);
});

test("an issue says what became of the record of the account in the way", () => {
  const issue = { kind: "name-in-use", name: "Acme", field: null, value: null, otherName: "ACME" } as const;
  const sentence = (otherState: OtherAccountState) => explainIssue({ ...issue, otherState });
  expect([sentence(null), sentence("left-view"), sentence("merged"), sentence("unlinked")]).toEqual([
    "“Acme” is not synced: “ACME” has the same name and is linked to a different account of Dynamics 365.",
    "“Acme” is not synced: “ACME”, whose record left the view, has the same name.",
    "“Acme” is not synced: “ACME”, whose record was merged into another one, has the same name.",
    "“Acme” is not synced: “ACME”, which is not linked any more, has the same name.",
  ]);
});
