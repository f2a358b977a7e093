import { expect, expectTypeOf, it } from "vitest";
import { issueKindNames, issueKinds, type SkipReason } from "../../src/sync/rules/issue-kinds.ts";
import { countBySeverity, errorKinds, severityOf } from "../../src/sync/rules/severity.ts";

it("tells an admin, in sentences, what happened and what to do about each kind", () => {
  for (const [kind, { title, explanation, howToResolve }] of Object.entries(issueKinds)) {
    expect(kind).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect(explanation).toMatch(/^[A-Z].*\.$/);
    expect(howToResolve).toMatch(/^[A-Z].*\.$/);
  }
});

it("knows which kinds skip an account", () => {
  const skips = Object.entries(issueKinds).flatMap(([kind, info]) =>
    info.effect === "skips-account" ? [kind] : [],
  );
  expect(skips.toSorted()).toEqual([
    "domain-linked-elsewhere",
    "excluded",
    "linked-to-other-source",
    "name-empty",
    "name-in-use",
  ]);
  expectTypeOf<SkipReason>().toEqualTypeOf<
    "domain-linked-elsewhere" | "excluded" | "linked-to-other-source" | "name-empty" | "name-in-use"
  >();
});

it("is blocking if the sync or a field stops, an error if an account is not synced, and else a note", () => {
  expect(severityOf("view-broken")).toBe("blocking");
  expect(severityOf("field-not-readable")).toBe("blocking");
  expect(severityOf("name-in-use")).toBe("error");
  expect(severityOf("changed-since-plan")).toBe("error");
  expect(severityOf("domain-taken")).toBe("note");
  expect(severityOf("number-rounded")).toBe("note");
});

it("is a note if a person chose it, although the account is not synced", () => {
  expect(severityOf("excluded")).toBe("note");
});

it("is listed with the most severe kinds first", () => {
  const severities = issueKindNames.map(severityOf);
  expect([...new Set(severities)]).toEqual(["blocking", "error", "note"]);
  expect(severities.toSorted()).toEqual(severities);
  expect(errorKinds).toEqual(issueKindNames.slice(0, errorKinds.length));
});

it("is counted by severity", () => {
  const counts = { "field-not-found": 1, "name-empty": 2, "name-in-use": 3, "domain-own": 4, excluded: 5 };
  expect(countBySeverity(counts)).toEqual({ blocking: 1, error: 5, note: 9 });
  expect(countBySeverity({})).toEqual({ blocking: 0, error: 0, note: 0 });
});
