// Shows a plan, as `terraform plan` does: counts by action, issues with their fixes, and every
// account with its fields before → after and the rule that decided. The plan of an applied run is
// its history.
import { Anchor, Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useRef } from "react";
import { runRoutes, type RunView, type PlanFilterAction } from "../../../../src/api/contract/runs.ts";
import { routeUrl } from "../../client/call-route.ts";
import { StatusTag } from "../../components/status-tag.tsx";
import { formatCount, formatNumber } from "../../format/numbers.ts";
import { SearchBox } from "../../components/search-box.tsx";
import { ACTIONS, actionCounts, formatTakeOvers } from "../run/plan-actions.ts";
import { ChangeList } from "./change-list.tsx";
import styles from "./plan.module.css";
import { IssueGroups } from "./issue-groups.tsx";
import type { SuggestedFix } from "./use-preview.ts";

export type PlanFilter = { readonly action?: PlanFilterAction | undefined; readonly q?: string | undefined };

type Props = {
  run: RunView;
  filter: PlanFilter;
  onFilter: (filter: PlanFilter) => void;
  /** Starts a preview with the setting that would fix an issue; absent if none can be started. */
  onFix?: ((fix: SuggestedFix) => void) | undefined;
};

export function PlanView({ run, filter, onFilter, onFix }: Props) {
  const { action, q } = filter;
  const focusListRef = useRef<(() => void) | null>(null);
  return (
    <div>
      <div className={styles.counts} role="group" aria-label="Filter by action">
        {actionCounts(run).map(({ action: planAction, count: value }) => (
          <button
            key={planAction}
            type="button"
            className={styles.count}
            title={ACTIONS[planAction].description}
            aria-pressed={action === planAction}
            disabled={value === 0}
            onClick={() => onFilter({ ...filter, action: action === planAction ? undefined : planAction })}
          >
            <StatusTag tone={ACTIONS[planAction].tone}>
              <strong>{formatNumber(value)}</strong> {ACTIONS[planAction].label}
            </StatusTag>
          </button>
        ))}
      </div>
      <p className={styles.readCount}>
        {formatCount(run.counts.read, "account")} read from Dynamics 365
        {run.counts.unchanged > 0 && `, ${formatNumber(run.counts.unchanged)} unchanged`}.
      </p>
      {run.labelLanguageChange && <LabelLanguageNote change={run.labelLanguageChange} />}
      {run.takeOvers > 0 && (
        <p className={styles.readCount}>
          <Anchor
            component="button"
            type="button"
            inherit
            underline="always"
            aria-pressed={action === "take-over"}
            onClick={() => onFilter({ ...filter, action: action === "take-over" ? undefined : "take-over" })}
          >
            {formatTakeOvers(run.takeOvers)}
          </Anchor>
          .
        </p>
      )}
      <IssueGroups run={run} onFix={onFix} />
      <div className={styles.search}>
        <SearchBox
          label="Search the plan"
          q={q}
          onSearch={(text) => onFilter({ ...filter, q: text })}
          onArrowDown={() => focusListRef.current?.()}
        />
        <Button
          component="a"
          variant="default"
          href={routeUrl(runRoutes.exportChanges, { params: { id: run.id }, query: { action, q } })}
          leftSection={<IconDownload size={15} aria-hidden />}
        >
          CSV
        </Button>
      </div>
      <ChangeList run={run} action={action} q={q ?? ""} focusListRef={focusListRef} />
    </div>
  );
}

function LabelLanguageNote({ change }: { change: NonNullable<RunView["labelLanguageChange"]> }) {
  const { from, to, updates } = change;
  return (
    <p className={styles.readCount}>
      Labels in {to} (was {from}): {formatCount(updates, "account")} updated for it.
    </p>
  );
}
