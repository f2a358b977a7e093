import { describe, expect, it, test } from "vitest";
import { formatDuration, toOneLine, wrapText } from "../../src/cli/output/format.ts";
import { issueReport } from "../../src/cli/output/issue-report.ts";
import { languageLines, planReport } from "../../src/cli/output/plan-report.ts";
import { runReport, runTable } from "../../src/cli/output/run-report.ts";
import { tableLines } from "../../src/cli/output/table.ts";
import { approvalExplanations, approvalReason } from "../../src/settings/run-explanations.ts";
import type { PlannedChange } from "../../src/sync/report/planned-changes.ts";
import type { RunIssue, RunSummary } from "../../src/sync/record/run-summary.ts";

const run: RunSummary = {
  id: 3,
  organizationId: "d3b2a1c0-0000-4000-8000-000000000001",
  mode: "sync",
  status: "done",
  approvalReason: null,
  haltReason: null,
  error: null,
  read: 51_350,
  created: 38_120,
  linked: 210,
  updated: 0,
  unchanged: 0,
  skipped: 13_020,
  failed: 0,
  stopped: 0,
  merged: 0,
  issues: { "domain-taken": 7, "name-in-use": 13_020 },
  takeOvers: 0,
  issuesBySeverity: { blocking: 0, error: 13_020, note: 7 },
  startedAt: new Date("2026-03-01T09:30:00Z"),
  plannedAt: new Date("2026-03-01T09:30:08Z"),
  finishedAt: new Date("2026-03-01T09:30:12.4Z"),
  requests: 14,
  retries: 2,
  throttled: 1,
  throttledMs: 61_000,
  bytes: 5_000_000,
};

describe("a run is reported", () => {
  it("with all that became of the accounts, what went wrong, and where to look", () => {
    expect(runReport(run).join("\n")).toBe(`Run 3 is done after 12 s.

  Read         51,350  accounts of Dynamics 365
    created    38,120  new here
    linked        210  were here already, found by domain or name
    updated         0
    unchanged       0
    skipped    13,020  not synced; the issues say why
    failed          0
  Stopped           0
  Merged            0

  14 requests to Dynamics 365, 2 repeated, waited 1 min 1 s for its limits

  Issues
  13,020  error  Account name is already in use         name-in-use
       7  note   Email domain taken by another account  domain-taken

Next:
  sluice issues --run 3   tells which accounts, and what to do`);
  });

  it.each(["sync", "changes", "retry"] as const)("as a %s run with the time it took", (mode) => {
    expect(runReport({ ...run, mode })[0]).toBe("Run 3 is done after 12 s.");
  });

  it("as a plan that has changed nothing yet", () => {
    const lines = runReport({
      ...run,
      status: "planned",
      finishedAt: null,
      issues: {},
      approvalReason: "empty-selection",
    });
    expect(lines[0]).toBe("Run 3 is planned after 8.0 s. Nothing has been written to the accounts.");
    expect(lines).toContain("The selection has no accounts. Look at the plan, and apply or discard it.");
    expect(lines.at(-1)).toBe("  sluice apply 3   applies exactly this plan, within 24 hours");
  });

  it.each(approvalReason.options)("with what to do about a plan that waits for approval: %s", (reason) => {
    const { finding, fix } = approvalExplanations[reason];
    expect(runReport({ ...run, status: "planned", approvalReason: reason })).toContain(`${finding} ${fix}`);
  });

  it("with its sentence when it failed", () => {
    const error = { kind: "SignInError", sentence: "The client secret is wrong. Enter a new one." };
    expect(runReport({ ...run, status: "failed", read: 0, requests: 0, issues: {}, error })).toEqual([
      "Run 3 failed after 12 s.",
      "",
      "The client secret is wrong. Enter a new one.",
    ]);
  });

  it("in one line among others", () => {
    expect(runTable([run])[1]).toMatch(
      /^ +3 +2026-03-01 09:30:00 UTC +sync +done +12 s +51,350 .* 13,020 errors, 7 notes$/,
    );
    expect(runTable([])).toEqual(['No runs yet. "sluice sync" starts one.']);
  });
});

describe("a plan is reported", () => {
  const change: PlannedChange = {
    action: "update",
    rule: "linked",
    name: "Contoso\u001b[31m Ltd",
    recordId: "x",
    accountId: 7,
    takesOver: null,
    takenOverBy: null,
    mergedInto: null,
    values: [
      { field: "Name", before: "Contoso", after: "Contoso Ltd" },
      { field: "Domains", before: ["contoso.com"], after: [] },
      { field: "VIP", before: null, after: true },
    ],
  };
  const counts = { ...run, created: 0, linked: 0, updated: 3, stopped: 0, unchanged: 5, skipped: 1 };

  it("account by account, before → after, with the rule that decided", () => {
    expect(planReport(counts, [change])).toEqual([
      "~ Contoso [31m Ltd will be updated: it is linked already",
      '    Name     "Contoso" → "Contoso Ltd"',
      "    Domains  contoso.com → (none)",
      "    VIP      (empty) → yes",
      "",
      "… and 2 more accounts. --limit shows more of them.",
      "",
      "Plan: 0 to create, 0 to link, 3 to update, 0 to stop syncing, 0 to merge (5 unchanged, 1 skipped).",
    ]);
  });

  it("with what a new account gets, and why another stops syncing", () => {
    const values = [{ field: "Name", before: null, after: "Contoso" }];
    const lines = planReport({ ...counts, created: 1, updated: 0, stopped: 1 }, [
      { ...change, action: "create", rule: "create", values },
      { ...change, action: "stop", rule: "left-view", values: [] },
    ]);
    expect(lines.slice(0, 4)).toEqual([
      "+ Contoso [31m Ltd will be created: no account here has its id, a domain or its name",
      '    Name  "Contoso"',
      "",
      "- Contoso [31m Ltd will stop syncing and stay as it is: it is no longer in the view",
    ]);
  });

  it("with whose account is taken over, and why that was open", () => {
    const plan = { ...counts, updated: 0, linked: 1, stopped: 1, takeOvers: 1 };
    const lines = planReport(plan, [
      {
        ...change,
        action: "stop",
        rule: "deactivated",
        name: "Acme old",
        values: [],
        takenOverBy: "Acme new",
      },
      {
        ...change,
        action: "link",
        rule: "domain",
        name: "Acme new",
        values: [],
        takesOver: { name: "Acme old", reason: "deactivated" },
      },
    ]);
    expect(lines.filter((line) => line !== "")).toEqual([
      '- Acme old will stop syncing: it was deactivated in Dynamics 365; "Acme new" takes over its account',
      '& Acme new will be linked: an account here has one of its domains; it takes over "Acme old", whose record was deactivated in Dynamics 365',
      "Plan: 0 to create, 1 to link, 0 to update, 1 to stop syncing, 0 to merge (5 unchanged, 1 skipped).",
      "1 takes over the account of a deleted or deactivated record.",
    ]);
  });

  it("with what merged accounts give way to, also if there is nothing else", () => {
    const merge = { ...change, action: "merge", name: "Acme old" } as const;
    const lines = planReport({ ...counts, updated: 0, merged: 2 }, [
      {
        ...merge,
        rule: "merged",
        mergedInto: { id: 8, name: "Acme new" },
        values: [{ field: "Domains", before: ["acme.net"], after: [] }],
      },
      { ...merge, rule: "left-view", values: [] },
    ]);
    expect(lines.filter((line) => line !== "")).toEqual([
      '- Acme old will be merged into "Acme new": its record was merged in Dynamics 365',
      "    Domains  acme.net → (none)",
      "- Acme old will be linked to the record that its own was merged into: it is no longer in the view",
      "Plan: 0 to create, 0 to link, 0 to update, 0 to stop syncing, 2 to merge (5 unchanged, 1 skipped).",
    ]);
  });

  it("shortly when there is nothing to do", () => {
    expect(planReport({ ...counts, updated: 0 }, [])).toHaveLength(1);
  });
});

describe("the language of labels is reported", () => {
  const german = { code: 1031, name: "German" };
  const english = { code: 1033, name: "English" };

  it("as a change, with the accounts to update for it", () => {
    const change = { from: "English", to: "German", updates: 1200 };
    expect(languageLines({ language: german, base: english, isChosen: true, change })).toEqual([
      "Labels in German (was English): 1,200 accounts to update for it.",
    ]);
  });

  it("with the organisation's base language, if nobody chose one", () => {
    expect(languageLines({ language: german, base: english, isChosen: false, change: null })).toEqual([
      "Labels are in German, the language of whoever was signed in at first; the organisation's is English.",
      "To choose it: labelLanguage: 1033 in the connection file.",
    ]);
    expect(languageLines({ language: english, base: english, isChosen: false, change: null })).toEqual([]);
    expect(languageLines({ language: null, base: english, isChosen: false, change: null })).toEqual([]);
  });
});

describe("issues are reported", () => {
  const issue: RunIssue = {
    kind: "domain-taken",
    recordId: "0a",
    name: "Contoso",
    field: null,
    value: "contoso.com",
    otherAccountId: 4,
    otherStopReason: null,
  };

  it("with how to unlink an account whose record left the view, where that helps", () => {
    const blocked: RunIssue = { ...issue, kind: "domain-linked-elsewhere", otherStopReason: "left-view" };
    const lines = (one: RunIssue) => issueReport([one], { limit: 10, columns: 80 }).join("\n");
    expect(lines(blocked)).toContain("account 4, left the view");
    expect(lines(blocked)).toContain('"sluice accounts unlink 4" unlinks that account');
    expect(lines({ ...blocked, kind: "domain-taken" })).not.toContain("sluice accounts unlink");
  });

  it("by kind, with what to do and the accounts", () => {
    const lines = issueReport([issue, { ...issue, name: "Fabrikam" }], { limit: 1, columns: 100 });
    expect(lines[0]).toBe("Email domain taken by another account (domain-taken, note): 2 times");
    expect(lines.join("\n")).toContain("  What to do: For each affected account");
    expect(lines.slice(-4)).toEqual([
      "    account  value        in the way  Dynamics id",
      "    Contoso  contoso.com  account 4   0a",
      "    … and 1 more. --limit shows more of them.",
      "",
    ]);
  });

  it.each([
    ["command-line", "Add it in the connection file: commonDomains: { add: [contoso.com] }"],
    ["schedule", "Add it in the app, under Settings, Domains, as an additional common domain."],
  ] as const)(
    "with the domain that blocks many, and where to make it a common one (%s)",
    (trigger, where) => {
      const domain = {
        domain: "contoso.com",
        kind: "domain-taken",
        records: 12,
        effect: "12 more accounts would be synced.",
        consequence: "Its account would lose it.",
      } as const;
      const blocking = { domains: [domain], trigger };
      const text = issueReport([issue], { limit: 1, columns: 1000, blocking }).join("\n");
      expect(text).toContain(
        `contoso.com blocks 12 accounts. If it belongs to no single customer, make it a common domain: 12 more accounts would be synced. Its account would lose it. ${where}`,
      );
    },
  );
  it("by person, with the number of accounts, where people are the cause", () => {
    const owned = (person: string, recordId: string): RunIssue => ({
      ...issue,
      kind: "teammate-not-found",
      recordId,
      field: "Owner",
      value: person,
      otherAccountId: null,
    });
    const issues = [owned("Ada (ada@x.com)", "0a"), ...["0b", "0c"].map((id) => owned("Jo (jo@x.com)", id))];

    expect(issueReport(issues, { limit: 10, columns: 100 }).slice(-5)).toEqual([
      "    person           accounts",
      "    Jo (jo@x.com)    2",
      "    Ada (ada@x.com)  1",
      "    --json lists the accounts.",
      "",
    ]);
  });

  it("not at all when there are none", () => {
    expect(issueReport([], { limit: 10, columns: 80 })).toEqual(["No issues."]);
  });
});

describe("text on a terminal", () => {
  it("is aligned by what is seen, not by how it is stored", () => {
    const lines = tableLines(
      [{ title: "name" }, { title: "n", align: "right" }],
      [
        ["日本電気", "1"],
        ["Cafe\u0301", "12"],
      ],
    );
    expect(lines).toEqual(["name       n", "日本電気   1", "Cafe\u0301      12"]);
  });

  it("never controls the terminal and never exceeds its width", () => {
    expect(toOneLine("a\u001b]0;title\u0007b\nc")).toBe("a ]0;title b c");
    expect(toOneLine("日本電気株式会社", 7)).toBe("日本電…");
    expect(wrapText("one two three", 9, "  ")).toEqual(["  one two", "  three"]);
  });

  test.each([
    [800, "0.8 s"],
    [42_400, "42 s"],
    [185_000, "3 min 5 s"],
    [7_800_000, "2 h 10 min"],
  ])("%i ms are %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
