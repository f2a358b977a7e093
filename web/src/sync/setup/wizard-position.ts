// Decides which step of the wizard to show: from the URL, else from the server's state and the
// draft.
import type { ChosenSettings } from "../../../../src/settings/sync-settings.ts";
import type { ConnectionView } from "../../../../src/api/contract/connection.ts";

export const wizardSteps = ["connect", "accounts", "fields", "preview", "sync"] as const;
export type Step = (typeof wizardSteps)[number];

export const STEP_NAMES: Record<Step, string> = {
  connect: "Connect",
  accounts: "Accounts",
  fields: "Fields",
  preview: "Preview",
  sync: "Sync",
};

export type WizardPosition = { readonly step: Step; readonly run?: number | undefined };

/** Unsaved settings of this browser, and the step they were edited in. */
export type SettingsDraft = { readonly settings: ChosenSettings; readonly step: Step };

/** What the position depends on. */
export type SetupState = Pick<ConnectionView, "settings" | "running" | "pendingPlan"> & {
  readonly environment: object | null;
};

/** "page": the sync is set up, so the sync page is shown instead. */
export function wizardPosition(
  requested: { readonly step?: Step | undefined; readonly run?: number | undefined },
  connection: SetupState,
  draft: SettingsDraft | null,
): WizardPosition | "page" {
  if (connection.environment === null) return { step: "connect" };
  if ((requested.step === "preview" || requested.step === "sync") && requested.run === undefined)
    return { step: "fields" };
  if (requested.step !== undefined) return { step: requested.step, run: requested.run };
  if (connection.running !== null) return { step: "preview", run: connection.running };
  if (connection.pendingPlan !== null) return { step: "preview", run: connection.pendingPlan };
  if (connection.settings !== null && draft === null) return "page";
  return { step: draft?.step === "fields" ? "fields" : "accounts" };
}

/** The steps that can be opened: each needs the decisions of the steps before it. */
export function reachableSteps(
  connection: SetupState,
  position: WizardPosition,
  needsView = false,
): ReadonlySet<Step> {
  const reachable = new Set<Step>(["connect"]);
  if (connection.environment === null) return reachable;
  reachable.add("accounts");
  if (needsView) return reachable;
  reachable.add("fields");
  if (position.run !== undefined) reachable.add(position.step === "sync" ? "sync" : "preview");
  return reachable;
}

export const DEFAULT_SETTINGS: ChosenSettings = {
  selection: { kind: "all" },
  mapping: { name: "name", domains: [], fields: [] },
  options: { allowDuplicateNames: false, onDomainTaken: "skip" },
};
