// A plan one can read, in the manner of `terraform plan`: how many of each, what could not be synced and what would solve
// it, and every account with its fields before → after and the rule that decided. Of an applied run it is the history.
import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useRef } from "react";
import { runRoutes, type RunView } from "../../../../src/api/contract/runs.ts";
import { addressOf } from "../../client/call-route.ts";
import { Meant } from "../../components/status-tag.tsx";
import { count, number } from "../../format/numbers.ts";
import { SearchBox } from "../search-box.tsx";
import { ACTIONS, actionCounts, type Action } from "../run/format-run.ts";
import { ChangeList } from "./change-list.tsx";
import styles from "./plan.module.css";
import { ProblemGroups } from "./issue-groups.tsx";
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
  const { action, q } = filter;
  const enter = useRef<(() => void) | null>(null);
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
      <div className={styles.search}>
        <SearchBox
          label="Search the plan"
          q={q}
          onSearch={(searched) => onFilter({ ...filter, q: searched })}
          onDown={() => enter.current?.()}
        />
        <Button
          component="a"
          variant="default"
          href={addressOf(runRoutes.exportChanges, { params: { id: run.id }, query: { action, q } })}
          leftSection={<IconDownload size={15} aria-hidden />}
        >
          CSV
        </Button>
      </div>
      <ChangeList run={run} action={action} q={q ?? ""} enter={enter} />
    </div>
  );
}
