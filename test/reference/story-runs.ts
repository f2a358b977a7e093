// The runs of a story: when each step ends in one, in which mode, and what is retried.
import type { ConflictState } from "./conflict-state.ts";
import type { Settings } from "./organisation.ts";
import type { RunMode } from "./run-state.ts";
import type { RunStep, Story } from "./steps.ts";
import { interpretStep } from "./interpreter.ts";

export interface StoryRun {
  readonly settings: Settings;
  readonly mode: RunMode;
}

/**
 * Interprets a story up to each run, and yields that run with the mode it has. Of the runs after
 * which only records changed, every other one is a changes-only run.
 */
export function* storyRuns({ steps, settings: first }: Story, state: ConflictState): Generator<StoryRun> {
  const { model } = state;
  let settings = first;
  let seen = 0;
  let runs = 0;
  for (const step of steps) {
    if (step.kind !== "run" && step.kind !== "retry") {
      interpretStep(step, state);
      continue;
    }
    settings = Object.assign({}, settings, step.settings);
    if (step.kind === "retry") {
      const retried = recordsToRetry(step, [...model.openIssues.keys()]);
      if (retried.size > 0) yield { settings, mode: { retried } };
      continue;
    }
    if (model.rows(settings).length === 0) continue;
    // Only a full run notices that an owner has become a teammate, or is none any more (rule 16).
    const onlyRecords = !state.operations.slice(seen).some(({ kind }) => kind.endsWith("teammate"));
    seen = state.operations.length;
    yield { settings, mode: onlyRecords && runs % 2 === 1 ? "changes" : "sync" };
    runs += 1;
  }
}

function recordsToRetry(
  { nth }: Extract<RunStep, { kind: "retry" }>,
  withIssues: readonly string[],
): ReadonlySet<string> {
  return new Set(withIssues.toSorted().filter((_, index) => index % nth === 0));
}
