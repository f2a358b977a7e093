// One change of a plan: the account, the action, why, and the fields before → after.
import type { PlannedChangeView } from "../../../../src/api/contract/runs.ts";
import { useWallClock } from "../../session/use-wall-clock.ts";
import { AnchorLink } from "../../components/links.tsx";
import { StatusTag } from "../../components/status-tag.tsx";
import { ACTIONS } from "../run/plan-actions.ts";
import styles from "./plan.module.css";
import { formatValue } from "./format-value.ts";

type ValueProps = { value: PlannedChangeView["values"][number]; isNew: boolean };

function ValueChange({ value: { field, before, after, dateFormat }, isNew }: ValueProps) {
  const clock = useWallClock();
  const date = dateFormat && { format: dateFormat, clock };
  return (
    <div>
      <dt>{field}</dt>
      <dd>
        {!isNew && (
          <>
            <del>{formatValue(before, date)}</del>
            <span className={styles.arrow} aria-label="becomes">
              {" → "}
            </span>
          </>
        )}
        <ins>{formatValue(after, date)}</ins>
      </dd>
    </div>
  );
}

export function ChangeRow({ change, isDone }: { change: PlannedChangeView; isDone: boolean }) {
  const { action, explanation, name, accountId, mergedInto, outcome, values } = change;
  const isNew = action === "create";
  // An account to be created has its id already, and no page yet.
  const hasPage = accountId !== null && (isDone || !isNew);
  return (
    <div className={styles.change}>
      <div className={styles.changeHeader}>
        <span className={styles.name}>
          {hasPage ? (
            <AnchorLink to="/contacts/accounts/$id" params={{ id: String(accountId) }}>
              {name}
            </AnchorLink>
          ) : (
            name
          )}
        </span>
        <StatusTag tone={ACTIONS[action].tone} filled>
          {ACTIONS[action].label}
        </StatusTag>
        <span className={styles.explanation}>
          {explanation}
          {mergedInto && (
            <>
              {" · "}
              <AnchorLink to="/contacts/accounts/$id" params={{ id: String(mergedInto.id) }}>
                Open {mergedInto.name}
              </AnchorLink>
            </>
          )}
          {outcome === "changed" && " Not applied: the account changed after the plan was made."}
        </span>
      </div>
      {values.length > 0 && (
        <dl className={styles.values}>
          {values.map((value) => (
            <ValueChange key={value.field} value={value} isNew={isNew} />
          ))}
        </dl>
      )}
    </div>
  );
}
