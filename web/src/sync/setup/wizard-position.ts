// Where one is in setting up: from the address if it says so, else from what the server knows and what was begun here.
import type { ConnectionView, SyncSettings } from "../../../../src/api/contract/connection.ts";

export const steps = ["connect", "accounts", "fields", "preview", "sync"] as const;
export type Step = (typeof steps)[number];

export const STEP_NAMES: Record<Step, string> = {
  connect: "Connect",
  accounts: "Accounts",
  fields: "Fields",
  preview: "Preview",
  sync: "Sync",
};

export type Place = { readonly step: Step; readonly run?: number | undefined };

/** What was begun in this browser and is not a plan yet. */
export type Begun = { readonly settings: SyncSettings; readonly step: Step };

/** What of the connection says where one is. */
export type Standing = Pick<ConnectionView, "settings" | "running" | "waiting"> & {
  readonly environment: object | null;
};

/** "page": everything is set up, and its page is the place. */
export function placeOf(
  asked: { readonly step?: Step | undefined; readonly run?: number | undefined },
  connection: Standing,
  begun: Begun | null,
): Place | "page" {
  if (connection.environment === null) return { step: "connect" };
  if ((asked.step === "preview" || asked.step === "sync") && asked.run === undefined)
    return { step: "fields" };
  if (asked.step !== undefined) return { step: asked.step, run: asked.run };
  if (connection.running !== null) return { step: "preview", run: connection.running };
  if (connection.waiting !== null) return { step: "preview", run: connection.waiting };
  if (connection.settings !== null && begun === null) return "page";
  return { step: begun?.step === "fields" ? "fields" : "accounts" };
}

/** Steps one may go to: each needs what the ones before it decide. */
export function reachable(connection: Standing, place: Place, undecided = false): ReadonlySet<Step> {
  const open = new Set<Step>(["connect"]);
  if (connection.environment === null) return open;
  open.add("accounts");
  if (undecided) return open;
  open.add("fields");
  if (place.run !== undefined) open.add(place.step === "sync" ? "sync" : "preview");
  return open;
}

export const UNDECIDED: SyncSettings = {
  selection: { kind: "all" },
  mapping: { name: "name", domains: [], fields: [] },
  options: { allowDuplicateNames: false, onDomainTaken: "skip" },
};
