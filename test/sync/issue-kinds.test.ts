import { expect, expectTypeOf, it } from "vitest";
import { issueKinds, type SkipReason } from "../../src/sync/rules/issue-kinds.ts";

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
