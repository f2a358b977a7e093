// The header of the grid. Columns that can be sorted by are buttons.
import { UnstyledButton, VisuallyHidden } from "@mantine/core";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { NAME_COLUMN, type Column } from "./columns.ts";
import styles from "./accounts.module.css";

type Props = {
  columns: readonly Column[];
  /** The server's name of the order, with "-" in front if it is descending. */
  sort: string;
  onSort: (sort: string) => void;
  /** Only for screen readers. */
  hidden: boolean;
};

type Direction = "ascending" | "descending" | "none";

function sortDirection(column: Column, sort: string): Direction {
  if (column.sort === undefined) return "none";
  if (sort === column.sort) return "ascending";
  return sort === `-${column.sort}` ? "descending" : "none";
}

/** Times start with the latest, everything else with the first. */
function nextSort(column: Column, direction: Direction): string {
  const { sort = "name", id } = column;
  if (direction === "none") return id === "updated" ? `-${sort}` : sort;
  return direction === "ascending" ? `-${sort}` : sort;
}

function Header({ column, sort, onSort }: { column: Column } & Pick<Props, "sort" | "onSort">) {
  const direction = sortDirection(column, sort);
  const Icon = direction === "descending" ? IconChevronDown : IconChevronUp;
  return (
    <div
      role="columnheader"
      aria-sort={direction}
      className={styles.header}
      data-align-end={column.field?.type === "number" || undefined}
    >
      {column.sort === undefined ? (
        <span>{column.label}</span>
      ) : (
        <UnstyledButton className={styles.sort} onClick={() => onSort(nextSort(column, direction))}>
          <span>{column.label}</span>
          {direction !== "none" && <Icon size={14} aria-hidden />}
        </UnstyledButton>
      )}
    </div>
  );
}

export function HeaderRow({ columns, sort, onSort, hidden }: Props) {
  if (hidden)
    return (
      <VisuallyHidden>
        <div role="row">
          <div role="columnheader">Account</div>
        </div>
      </VisuallyHidden>
    );
  return (
    <div role="row" className={styles.headers}>
      {[NAME_COLUMN, ...columns].map((column) => (
        <Header key={column.id} column={column} sort={sort} onSort={onSort} />
      ))}
    </div>
  );
}
