// One account in the list: cells on wide screens, two lines on small ones.
import { Link } from "@tanstack/react-router";
import type { AccountRow } from "../../../src/api/contract/accounts.ts";
import { useFormatField } from "../client/use-format-field.ts";
import { RelativeTime } from "../components/relative-time.tsx";
import { SYNC_STATE_LABELS, type Column } from "./columns.ts";
import styles from "./accounts.module.css";

type Props = { account: AccountRow; columns: readonly Column[] };

/** A link, so that it can be opened in a new tab; the focus is on the row around it. */
function Name({ account }: { account: AccountRow }) {
  return (
    <Link
      to="/contacts/accounts/$id"
      params={{ id: String(account.id) }}
      tabIndex={-1}
      className={styles.name}
      onClick={(event) => event.stopPropagation()}
    >
      {account.name}
    </Link>
  );
}

function Cell({ account, column }: { account: AccountRow; column: Column }) {
  const formatField = useFormatField();
  if (column.field) return formatField(column.field, account.fields[column.id]);
  if (column.id === "domains") return account.domains.join(", ");
  if (column.id === "sync") return <span data-sync={account.sync}>{SYNC_STATE_LABELS[account.sync]}</span>;
  return <RelativeTime at={account.updatedAt} />;
}

export function AccountCells({ account, columns }: Props) {
  return (
    <>
      <div role="gridcell" className={styles.cell}>
        <Name account={account} />
      </div>
      {columns.map((column) => (
        <div
          key={column.id}
          role="gridcell"
          className={styles.cell}
          data-align-end={column.field?.type === "number" || undefined}
        >
          <Cell account={account} column={column} />
        </div>
      ))}
    </>
  );
}

export function CompactAccount({ account, columns }: Props) {
  const formatField = useFormatField();
  const fieldTexts = columns
    .filter(({ field }) => field !== undefined)
    .map(({ id, field }) => field && formatField(field, account.fields[id]))
    .filter(Boolean);
  const details = [account.domains[0] ?? "No domain", ...fieldTexts].join(" · ");
  return (
    <div role="gridcell" className={styles.compact}>
      <Name account={account} />
      <span className={styles.details}>{details}</span>
    </div>
  );
}
