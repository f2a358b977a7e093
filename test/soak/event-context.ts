// What an event of a soak is, what it can change, and which accounts it can happen to.
import type { RunningSimulator } from "../../simulator/main.ts";
import type { Random } from "../../simulator/load/random.ts";
import type { ExpectedState } from "./expected-state.ts";
import type { Account, Organisation } from "./organisation.ts";
import type { LocalEdits } from "./local-edits.ts";

export type EventContext = {
  readonly random: Random;
  readonly organisation: Organisation;
  readonly localEdits: LocalEdits;
  readonly expected: ExpectedState;
  readonly simulator: RunningSimulator;
};

export type EventKind = {
  /** How often it is drawn before the bag starts over. */
  readonly weight: number;
  /**
   * The custom fields that only a full run updates after it; absent if a changes-only run notices it
   * too.
   */
  readonly needsFullRun?: readonly string[];
  /** @returns false if it is impossible now */
  readonly perform: (context: EventContext) => boolean | Promise<boolean>;
};

export type EventKinds = Readonly<Record<string, EventKind>>;

export const hasSite = ({ active, values }: Account): boolean => active && values.websiteurl !== null;
export const isNamed = ({ active, values }: Account): boolean => active && (values.name ?? "").trim() !== "";

/** Returns the host of the account's website. */
export function siteOf({ values }: Account): string {
  return hostOf(values.websiteurl ?? "");
}

export function hostOf(website: string): string {
  return (
    website
      .replace(/^https?:\/\//u, "")
      .replace(/^www\./u, "")
      .split(/[/;]/u)[0] ?? ""
  );
}
