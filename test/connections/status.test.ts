// The state of the sync, derived from facts, and what needs an admin: what to do, and where.
import { describe, expect, test } from "vitest";
import { deriveState, type StatusFacts } from "../../src/connections/status/status.ts";
import { attentionOf, isResolvedBy } from "../../src/connections/status/attention.ts";
import { DataverseError, SignInError } from "../../src/dataverse/http/errors.ts";
import { AttentionError } from "../../src/sync/rules/attention-error.ts";
import { TooManyAccountsError } from "../../src/sync/read/stage-rows.ts";
import type { Attention } from "../../src/connections/tables.ts";

const facts = (given: Partial<StatusFacts> = {}): StatusFacts => ({
  connected: true,
  paused: false,
  attention: null,
  isRunning: false,
  pendingPlan: null,
  failed: null,
  everSynced: true,
  openIssues: 0,
  ...given,
});

const reconnect = new SignInError("reconnect", "Gone.", { fix: "Connect again." });
const attentionFor = (error: Error, run: number | null = 7): Attention => attentionOf(error, run)!;
const failed = { id: 7, sentence: "Dynamics 365 does not answer." };

describe("the state", () => {
  test.for<[string, Partial<StatusFacts>, string]>([
    [
      "not connected",
      { connected: false, everSynced: false, attention: attentionFor(reconnect) },
      "not-connected",
    ],
    ["never synced", { everSynced: false }, "never-synced"],
    [
      "a preview before the first sync",
      { everSynced: false, pendingPlan: { id: 1, approvalReason: null } },
      "never-synced",
    ],
    ["running", { isRunning: true }, "running"],
    ["running, and it needs attention", { isRunning: true, attention: attentionFor(reconnect) }, "running"],
    ["in step", {}, "in-step"],
    ["with issues", { openIssues: 2 }, "with-issues"],
    ["paused", { paused: true, openIssues: 2 }, "paused"],
    [
      "paused, and it needs attention",
      { paused: true, attention: attentionFor(reconnect) },
      "needs-attention",
    ],
    ["a plan that somebody requested", { pendingPlan: { id: 7, approvalReason: null } }, "in-step"],
    ["stopped by the brake", { pendingPlan: { id: 7, approvalReason: "brake-changes" } }, "needs-attention"],
    ["the last sync failed", { failed }, "needs-attention"],
  ])("%s", ([, given, state]) => {
    expect(deriveState(facts(given)).state).toBe(state);
  });
});

describe("attention says what to do, and where", () => {
  const places = {
    connect: /Connect Dynamics 365 again/,
    accounts: /view/,
    fields: /Choose another/,
    check: /Check the connection/,
  } as const;
  test.for<[string, Error, keyof typeof places]>([
    ["the view is gone", new DataverseError("view-not-found", "It is gone."), "accounts"],
    ["the view is broken", new DataverseError("view-broken", "It is broken."), "accounts"],
    ["the Name or a Domains column is gone", new AttentionError("mapping", "It is gone."), "fields"],
    ["the sign-in has ended", reconnect, "connect"],
    ["an IP firewall refuses the server", new DataverseError("ip-blocked", "Blocked."), "check"],
    ["the environment is gone", new DataverseError("environment-not-found", "Gone."), "check"],
    ["too many accounts", new TooManyAccountsError(500_000), "accounts"],
  ])("%s", ([, error, place]) => {
    const { state, attention } = deriveState(facts({ attention: attentionFor(error), failed }));
    expect(state).toBe("needs-attention");
    expect(attention).toMatchObject({ place, sentence: error.message, run: 7 });
    expect(attention?.howToResolve).toMatch(places[place]);
  });

  test.for<[string, Partial<StatusFacts>, Partial<Attention>]>([
    [
      "stopped by the brake",
      { pendingPlan: { id: 9, approvalReason: "brake-changes" }, failed },
      { place: "plan", run: 9, howToResolve: "Look at the plan, and apply or discard it." },
    ],
    [
      "the selection shrank",
      { pendingPlan: { id: 9, approvalReason: "brake-shrunk" } },
      { sentence: "The selection has far fewer accounts than last time. Nothing was written." },
    ],
    [
      "the selection is empty",
      { pendingPlan: { id: 9, approvalReason: "empty-selection" } },
      { sentence: "The selection has no accounts. Nothing was written." },
    ],
    [
      "the last sync failed",
      { failed },
      {
        place: "check",
        run: 7,
        sentence: failed.sentence,
        howToResolve: "It is tried again by itself. If it fails again, check the connection.",
      },
    ],
    [
      "the first sync failed",
      { failed, everSynced: false },
      {
        kind: "run-failed",
        howToResolve:
          "The first sync is not tried again by itself. Check the connection, then choose Sync now.",
      },
    ],
  ])("%s", ([, given, attention]) => {
    expect(deriveState(facts(given)).attention).toMatchObject(attention);
  });
});

describe("a completed run", () => {
  const viewGone = attentionFor(new DataverseError("view-not-found", "It is gone."));
  test.for<[string, Attention, Parameters<typeof isResolvedBy>[1], boolean]>([
    ["resolves what came up before", viewGone, { id: 8, mode: "sync" }, true],
    ["resolves what its own plan met", viewGone, { id: 7, mode: "plan" }, true],
    ["does not resolve what came up after its plan", viewGone, { id: 6, mode: "plan" }, false],
    [
      "does not resolve the selection's attention if it is a retry",
      viewGone,
      { id: 8, mode: "retry" },
      false,
    ],
    [
      "resolves the sign-in's attention if it is a retry",
      attentionFor(reconnect, null),
      { id: 8, mode: "retry" },
      true,
    ],
  ])("%s", ([, attention, run, resolved]) => {
    expect(isResolvedBy(attention, run)).toBe(resolved);
  });
});
