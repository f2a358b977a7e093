// What unlinking accounts does, as text.
import type { UnlinkEffect } from "../../sync/plan/unlink-effect.ts";
import { formatCount, pluralize, toOneLine } from "./format.ts";

export interface UnlinkReportOptions {
  /** Of the only account; undefined for all whose records left the view. */
  readonly name: string | undefined;
  readonly isDone: boolean;
}

/** Returns lines without line ends. */
export function unlinkReport(effect: UnlinkEffect, { name, isDone }: UnlinkReportOptions): string[] {
  const { accounts } = effect;
  if (accounts === 0) return ["No account here has a record that left the view."];
  const subject = name === undefined ? pluralize(accounts, "account") : `"${toOneLine(name, 80)}"`;
  const [verb, keeps] = accounts === 1 ? ["was", "It keeps its"] : ["were", "They keep their"];
  return [
    `${subject} ${isDone ? verb : "would be"} unlinked. ${keeps} values.`,
    effectLine(effect),
    ...(isDone ? [] : ["Nothing has been changed. --yes unlinks."]),
  ];
}

function effectLine({ linked, created, skipped }: UnlinkEffect): string {
  const still = skipped > 0 ? ` ${formatCount(skipped)} would still be skipped.` : "";
  if (linked + created === 0)
    return `The next sync would sync none of the accounts that are skipped now because of it.${still}`;
  return `Of the accounts that are skipped now, the next sync links ${formatCount(linked)} and creates ${formatCount(created)}.${still}`;
}
