// Where events happen, what an event is, and whom one can happen to.
import type { RunningSimulator } from "../../simulator/main.ts";
import type { Random } from "../../simulator/load/random.ts";
import type { Expected } from "./expected-state.ts";
import type { Account, Organisation } from "./organisation.ts";
import type { Ours } from "./local-edits.ts";

export type Scene = {
  readonly random: Random;
  readonly organisation: Organisation;
  readonly ours: Ours;
  readonly expected: Expected;
  readonly simulator: RunningSimulator;
};

export type Kind = {
  /** How many of a deck. */
  readonly cards: number;
  /** Fields of ours that only a full run can put right; absent: any run sees it. */
  readonly onlyFull?: readonly string[];
  /** @returns false when it cannot happen now */
  readonly happen: (scene: Scene) => boolean | Promise<boolean>;
};

export type Kinds = Readonly<Record<string, Kind>>;

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
