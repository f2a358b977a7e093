// Separates the groups of notes, whose accounts were synced, from what the state of the sync
// counts, and folds them.
import { useState, type ReactNode } from "react";
import type { IssueGroup } from "../../../../src/api/contract/runs.ts";
import { formatCount } from "../../format/numbers.ts";
import styles from "./plan.module.css";

type Groups = { readonly errors: readonly IssueGroup[]; readonly notes: readonly IssueGroup[] };

export function splitBySeverity(groups: readonly IssueGroup[]): Groups {
  return {
    errors: groups.filter(({ severity }) => severity !== "note"),
    notes: groups.filter(({ severity }) => severity === "note"),
  };
}

type Props = { notes: readonly IssueGroup[]; open?: boolean; children: ReactNode };

export function FoldedNotes({ notes, open = false, children }: Props) {
  const [isOpen, setOpen] = useState(open);
  if (notes.length === 0) return null;
  const count = notes.reduce((sum, group) => sum + group.count, 0);
  return (
    <details className={styles.notes} open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <strong>{formatCount(count, "note")}</strong> · what was left out of accounts that are synced
      </summary>
      {isOpen && children}
    </details>
  );
}
