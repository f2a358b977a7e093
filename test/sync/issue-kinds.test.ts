import { expect, it } from "vitest";
import { issueKinds } from "../../src/sync/rules/issue-kinds.ts";

it("tells an admin, in sentences, what happened and what to do about each kind", () => {
  for (const [kind, { title, explanation, howToResolve }] of Object.entries(issueKinds)) {
    expect(kind).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect(explanation).toMatch(/^[A-Z].*\.$/);
    expect(howToResolve).toMatch(/^[A-Z].*\.$/);
  }
});
