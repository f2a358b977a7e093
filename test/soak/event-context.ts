// Where events happen, what an event is, and whom one can happen to.
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
  /** How many of a deck. */
  readonly weight: number;
  /** Fields of ours that only a full run can put right; absent: any run sees it. */
  readonly needsFullRun?: readonly string[];
  /** @returns false when it cannot happen now */
  readonly perform: (scene: EventContext) => boolean | Promise<boolean>;
};

export type EventKinds = Readonly<Record<string, EventKind>>;

export const hasSite = ({ active, values }: Account): boolean => active && values.websiteurl !== null;
export const isNamed = ({ active, values }: Account): boolean => active && (values.name ?? "").trim() !== "";

/** The host of its website. */
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
