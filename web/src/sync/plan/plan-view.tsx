// A plan one can read, in the manner of `terraform plan`: how many of each, what could not be synced and what would solve
// it, and every account with its fields before → after and the rule that decided. Of an applied run it is the history.
import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import type { RunView } from "../../../../src/api/contract/runs.ts";
import { Meant } from "../../look/meaning.tsx";
import { count, number } from "../../words/numbers.ts";
import { ACTIONS, actionCounts, type Action } from "../run/run-words.ts";
import { ChangeList } from "./change-list.tsx";
import styles from "./plan.module.css";
import { ProblemGroups } from "./problem-groups.tsx";
import type { Remedy } from "./use-preview.ts";

export type PlanFilter = { readonly action?: Action | undefined; readonly q?: string | undefined };

type Properties = {
  run: RunView;
  filter: PlanFilter;
  onFilter: (filter: PlanFilter) => void;
  /** Makes a new plan with a setting that would solve a problem; absent where nothing can be planned anew. */
  onRemedy?: ((remedy: Remedy) => void) | undefined;
};

export function PlanView({ run, filter, onFilter, onRemedy }: Properties) {
  const [typed, setTyped] = useState(filter.q ?? "");
  const [q] = useDebouncedValue(typed.trim(), 250);
  const { action } = filter;
  return (
    <div>
      <div className={styles.counts} role="group" aria-label="Show only">
        {actionCounts(run).map(({ action: one, count: figure }) => (
          <button
            key={one}
            type="button"
            className={styles.count}
            title={ACTIONS[one].means}
            aria-pressed={action === one}
            disabled={figure === 0}
            onClick={() => onFilter({ ...filter, action: action === one ? undefined : one })}
          >
            <Meant of={ACTIONS[one].meaning}>
              <strong>{number(figure)}</strong> {ACTIONS[one].word}
            </Meant>
          </button>
        ))}
      </div>
      <p className={styles.rest}>
        {count(run.counts.read, "account")} read from Dynamics 365
        {run.counts.unchanged > 0 && `, ${number(run.counts.unchanged)} of them in step already`}.
      </p>
      <ProblemGroups run={run} onRemedy={onRemedy} />
      <TextInput
        className={styles.search}
        aria-label="Search the plan"
        placeholder="Search accounts in this plan"
        leftSection={<IconSearch size={15} aria-hidden />}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onBlur={() => onFilter({ ...filter, q: typed.trim() || undefined })}
      />
      <ChangeList run={run} action={action} q={q} />
    </div>
  );
}
