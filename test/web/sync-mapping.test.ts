// Pure functions of the browser application: editing a mapping, formatting runs, the wizard's
// position.
import { expect, test } from "vitest";
import type { CustomFieldView } from "../../src/api/contract/accounts.ts";
import type { ColumnView } from "../../src/api/contract/connection.ts";
import {
  applyEdit,
  searchColumns,
  missingColumns,
  targetOptions,
  suggestionsFor,
  type Mapping,
} from "../../web/src/sync/mapping/mapping.ts";
import { wallClock } from "../../src/settings/time-zone.ts";
import { formatProgress } from "../../web/src/sync/run/format-progress.ts";
import { formatResult, formatRunStatus, formatTrigger } from "../../web/src/sync/run/format-run.ts";
import { actionCounts, applyLabel } from "../../web/src/sync/run/plan-actions.ts";
import { formatValue } from "../../web/src/sync/plan/format-value.ts";
import {
  wizardPosition,
  reachableSteps,
  DEFAULT_SETTINGS,
  type SetupState,
} from "../../web/src/sync/setup/wizard-position.ts";

const emptyMapping: Mapping = DEFAULT_SETTINGS.mapping;

function column(logicalName: string, facts: Partial<ColumnView> = {}): ColumnView {
  return {
    logicalName,
    label: logicalName,
    type: "Single line of text",
    custom: false,
    sample: null,
    targets: ["text", "domains", "description", "name"],
    reason: null,
    readable: true,
    suggestion: null,
    ...facts,
  };
}

function field(name: string, type: CustomFieldView["type"] = "text"): CustomFieldView {
  return { id: 1, name, type, description: "", synced: false };
}

test("a field takes one column, Email domain several in order, and Name cannot be removed", () => {
  const mapping = [
    { column: "a", target: { kind: "text", field: "Tier" } },
    { column: "b", target: { kind: "text", field: "Tier" } },
    { column: "b", target: { kind: "domains" } },
    { column: "a", target: { kind: "domains" } },
    { column: "a", target: { kind: "name" } },
  ] as const;
  const mapped = applyEdit(emptyMapping, { kind: "map", entries: mapping });
  expect(mapped.fields).toEqual([{ column: "b", field: "Tier", type: "text" }]);
  expect(mapped.domains).toEqual(["b", "a"]);
  const without = applyEdit(mapped, { kind: "unmap", entry: { column: "a", target: { kind: "name" } } });
  expect(without.name).toBe("a");
  expect(applyEdit(mapped, { kind: "unmap", entry: mapping[2] }).domains).toEqual(["a"]);
});

test("a column is offered its compatible targets, and the column that it would replace", () => {
  const mapping = applyEdit(emptyMapping, {
    kind: "map",
    entries: [{ column: "sector", target: { kind: "text", field: "Industry" } }],
  });
  const { account, custom } = targetOptions(column("industry", { targets: ["text"] }), mapping, [
    field("Industry"),
    field("Employees", "number"),
  ]);
  expect(account).toEqual([]);
  expect(custom).toEqual([
    { target: { kind: "text", field: "Industry" }, label: "Industry (Text)", replaces: "sector" },
  ]);
});

test("suggestions replace no entry, and need new fields only of who may create them", () => {
  const columns = [
    column("websiteurl", { suggestion: { kind: "domains", field: null } }),
    column("ownerid", { suggestion: { kind: "teammate", field: "Owner" } }),
    column("name", { suggestion: { kind: "name", field: null } }),
  ];
  const all = suggestionsFor(columns, emptyMapping, [], true);
  expect(all.map(({ column: one, newField }) => [one, newField?.name])).toEqual([
    ["websiteurl", undefined],
    ["ownerid", "Owner"],
  ]);
  expect(suggestionsFor(columns, emptyMapping, [], false).map((one) => one.column)).toEqual(["websiteurl"]);
  expect(suggestionsFor(columns, emptyMapping, [field("Owner", "teammate")], false)).toHaveLength(2);
});

test("columns are searched by name and type, mapped ones first; missing ones are listed", () => {
  const columns = [column("photo", { targets: [], type: "Image" }), column("b"), column("name")];
  expect(searchColumns(columns, emptyMapping, "").map(({ logicalName }) => logicalName)).toEqual([
    "name",
    "b",
    "photo",
  ]);
  expect(searchColumns(columns, emptyMapping, "IMA pho").map(({ logicalName }) => logicalName)).toEqual([
    "photo",
  ]);
  expect(missingColumns({ ...emptyMapping, description: "gone" }, columns)).toEqual([
    { column: "gone", target: { kind: "description" } },
  ]);
});

const counts = {
  read: 51_350,
  created: 48_211,
  linked: 1_020,
  updated: 312,
  unchanged: 0,
  skipped: 1_807,
  failed: 0,
  stopped: 0,
  merged: 0,
};

test("a result never says success while something was skipped", () => {
  expect(applyLabel(counts)).toBe("Sync 49,543 accounts");
  expect(formatResult(counts)).toBe("49,543 synced, 1,807 skipped");
  const done = {
    status: "done",
    counts,
    applicable: { yes: false, why: null },
    haltReason: null,
    cancelledBy: null,
    written: null,
  } as const;
  expect(formatRunStatus(done)).toEqual({ text: "49,543 synced, 1,807 skipped", tone: "skipped" });
  const none = { ...counts, created: 0, linked: 0, updated: 0 };
  expect(applyLabel({ ...none, stopped: 1 })).toBe("Stop syncing 1 account");
  expect(applyLabel({ ...none, merged: 1 })).toBe("Merge 1 account");
  expect(applyLabel({ ...none, stopped: 1, merged: 2 })).toBe("Stop syncing 1 and merge 2 accounts");
  expect(applyLabel(none)).toBe("Save these settings");
});

test("resumed accounts are not counted as updated", () => {
  const shown = actionCounts({ counts, actions: { resume: 12 } });
  expect(shown.map(({ count }) => count)).toEqual([48_211, 1_020, 300, 12, 0, 0, 1_807]);
});

test("progress shows the count, the rate and the time left", () => {
  expect(formatProgress({ stage: "read", done: 1, total: null, rate: null, secondsLeft: null })).toBe(
    "1 account so far",
  );
  expect(
    formatProgress({ stage: "apply", done: 12_000, total: 51_350, rate: 4_100.4, secondsLeft: 61 }),
  ).toBe("12,000 of 51,350 accounts · 4,100 a second · about 70 seconds left");
});

test("values of a plan are formatted by their type", () => {
  const texts = [null, [], ["a.example", "b.example"], true, 1234.5, "2026-03-02T00:00:00Z"].map((value) =>
    formatValue(value),
  );
  expect(texts).toEqual(["–", "–", "a.example, b.example", "Yes", "1,234.5", "2026-03-02T00:00:00Z"]);
  const date = { format: "date-and-time", clock: wallClock("Europe/Berlin") } as const;
  expect(formatValue("2026-03-02T00:00:00Z", date)).toBe("2 Mar 2026, 01:00 UTC+1");
});

const connected: SetupState = {
  environment: {},
  settings: null,
  running: null,
  pendingPlan: null,
};

test("the wizard opens at its last position", () => {
  const draft = { settings: DEFAULT_SETTINGS, step: "fields" } as const;
  expect(wizardPosition({}, { ...connected, environment: null }, null)).toEqual({ step: "connect" });
  expect(wizardPosition({}, connected, null)).toEqual({ step: "accounts" });
  expect(wizardPosition({}, connected, draft)).toEqual({ step: "fields" });
  expect(wizardPosition({}, { ...connected, pendingPlan: 7 }, draft)).toEqual({ step: "preview", run: 7 });
  expect(wizardPosition({}, { ...connected, running: 8, pendingPlan: 7 }, null)).toEqual({
    step: "preview",
    run: 8,
  });
  expect(wizardPosition({ step: "preview" }, connected, null)).toEqual({ step: "fields" });
  expect(wizardPosition({}, { ...connected, settings: DEFAULT_SETTINGS }, null)).toBe("page");
  expect([...reachableSteps({ ...connected, environment: null }, { step: "connect" })]).toEqual(["connect"]);
});

test.each([
  [{ startedBy: "Dana", trigger: "person" }, "by Dana"],
  [{ startedBy: null, trigger: "schedule" }, "by the schedule"],
  [{ startedBy: null, trigger: "command-line" }, "from the command line"],
] as const)("what started a run is named: %o", (run, text) => {
  expect(formatTrigger(run)).toBe(text);
});
