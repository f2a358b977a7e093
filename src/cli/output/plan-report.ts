// A plan as text, like the output of `terraform plan`: each account with the rule that decided and
// the changed values, then the totals.
import type { ChangeAction, StopReason } from "../../accounts/tables.ts";
import type { ChangeValue, PlannedChange } from "../../sync/report/planned-changes.ts";
import { formatDate } from "../../settings/dates.ts";
import { wallClock } from "../../settings/time-zone.ts";
import type { RunLanguages } from "../../sync/report/run-languages.ts";
import { changeCount, type RunSummary } from "../../sync/record/run-summary.ts";
import { formatCount, pluralize, formatNumber, toOneLine } from "./format.ts";

const actionSymbols: Readonly<Record<ChangeAction, string>> = {
  create: "+",
  link: "&",
  update: "~",
  resume: "~",
  stop: "-",
  merge: "-",
};

/** Verbs for a planned and for an applied change. */
const verbs: Readonly<Record<ChangeAction, readonly [planned: string, applied: string]>> = {
  create: ["will be created", "was created"],
  link: ["will be linked", "was linked"],
  update: ["will be updated", "was updated"],
  resume: ["will resume syncing and be updated", "resumed syncing and was updated"],
  stop: ["will stop syncing and stay as it is", "stopped syncing and stays as it is"],
  merge: ["will be merged", "was merged"],
};

const ruleExplanations: Readonly<Record<string, string>> = {
  create: "no account here has its id, a domain or its name",
  domain: "an account here has one of its domains",
  name: "an account here has its name",
  linked: "it is linked already",
  deleted: "it was deleted in Dynamics 365",
  deactivated: "it was deactivated in Dynamics 365",
  "left-view": "it is no longer in the view",
  merged: "its record was merged in Dynamics 365",
};

const openReasons: Readonly<Record<StopReason, string>> = {
  deleted: "was deleted in Dynamics 365",
  deactivated: "was deactivated in Dynamics 365",
  "left-view": "left the view",
  merged: "was merged into it in Dynamics 365",
};

/**
 * Returns lines without line ends: `changes`, of which there may be more, and the totals of all.
 * @param timeZone the workspace's, by whose clocks dates and times are shown
 */
export function planReport(run: RunSummary, changes: readonly PlannedChange[], timeZone = "UTC"): string[] {
  const total = changeCount(run);
  if (total === 0) return ["No changes: the accounts here are as they are in Dynamics 365."];
  const more = total - changes.length;
  return [
    ...changes.flatMap((change) => changeLines(change, "planned", timeZone)),
    ...(more > 0 ? [`… and ${pluralize(more, "more account")}. --limit shows more of them.`, ""] : []),
    totals(run),
    ...takeOverLines(run),
  ];
}

function totals(run: RunSummary): string {
  const parts = [
    [run.created, "to create"],
    [run.linked, "to link"],
    [run.updated, "to update"],
    [run.stopped, "to stop syncing"],
    [run.merged, "to merge"],
  ] as const;
  const rest = `${formatCount(run.unchanged)} unchanged, ${formatCount(run.skipped)} skipped`;
  return `Plan: ${parts.map(([value, word]) => `${formatCount(value)} ${word}`).join(", ")} (${rest}).`;
}

/** Says that labels change their language, and offers the organisation's where nobody chose one. */
export function languageLines({ language, base, isChosen, change }: RunLanguages): string[] {
  const isOtherThanBase = language !== null && base !== null && language.code !== base.code;
  return [
    ...(change === null
      ? []
      : [
          `Labels in ${change.to} (was ${change.from}): ${pluralize(change.updates, "account")} to update for it.`,
        ]),
    ...(isOtherThanBase && !isChosen
      ? [
          `Labels are in ${language.name}, the language of whoever was signed in at first; the organisation's is ${base.name}.`,
          `To choose it: labelLanguage: ${base.code} in the connection file.`,
        ]
      : []),
  ];
}

function takeOverLines({ takeOvers }: RunSummary): string[] {
  if (takeOvers === 0) return [];
  const take = takeOvers === 1 ? "takes" : "take";
  return [`${formatCount(takeOvers)} ${take} over the account of a deleted or deactivated record.`];
}

/** Returns the lines of one change and an empty line. */
export function changeLines(change: PlannedChange, state: "planned" | "applied", timeZone = "UTC"): string[] {
  const clock = wallClock(timeZone);
  const heading = `${actionSymbols[change.action]} ${toOneLine(change.name, 80)} ${verb(change, state)}: ${reason(change)}`;
  const width = Math.max(0, ...change.values.map(({ field }) => field.length));
  return [
    heading,
    ...change.values.map(({ field, before, after, dateFormat }) => {
      const display = (value: ChangeValue) =>
        dateFormat !== undefined && typeof value === "string"
          ? toOneLine(formatDate(value, dateFormat, clock), 60)
          : displayValue(value);
      const transition =
        change.action === "create" ? display(after) : `${display(before)} → ${display(after)}`;
      return `    ${toOneLine(field, 40).padEnd(Math.min(width, 40))}  ${transition}`;
    }),
    "",
  ];
}

function verb({ action, mergedInto, takenOverBy }: PlannedChange, state: "planned" | "applied"): string {
  const isPlanned = state === "planned";
  // An account that is taken over changes in the same run.
  if (takenOverBy !== null) return isPlanned ? "will stop syncing" : "stopped syncing";
  const words = verbs[action][isPlanned ? 0 : 1];
  if (action !== "merge") return words;
  if (mergedInto !== null) return `${words} into ${quote(mergedInto.name)}`;
  return `${isPlanned ? "will be" : "was"} linked to the record that its own was merged into`;
}

function reason({ rule, takesOver, takenOverBy }: PlannedChange): string {
  const explanation = ruleExplanations[rule] ?? rule;
  if (takenOverBy !== null) return `${explanation}; ${quote(takenOverBy)} takes over its account`;
  if (takesOver === null) return explanation;
  const previous = `${quote(takesOver.name)}, whose record ${openReasons[takesOver.reason]}`;
  return rule === "merged"
    ? `it becomes the record of ${previous}`
    : `${explanation}; it takes over ${previous}`;
}

function quote(name: string): string {
  return JSON.stringify(toOneLine(name, 60));
}

function displayValue(value: ChangeValue): string {
  if (value === null || value === "") return "(empty)";
  if (typeof value === "string") return quote(value);
  if (typeof value === "object") return value.length === 0 ? "(none)" : toOneLine(value.join(", "), 80);
  return typeof value === "boolean" ? (value ? "yes" : "no") : formatNumber(value);
}
