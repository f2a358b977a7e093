// One account in the list: cells on a wide screen, two lines on a small one.
import { Link } from "@tanstack/react-router";
import type { AccountRow } from "../../../src/api/contract/accounts.ts";
import { useTeammateName } from "../client/use-teammates.ts";
import { Moment } from "../components/relative-time.tsx";
import { fieldInWords } from "../format/fields.ts";
import { SYNC_WORDS, type Column } from "./columns.ts";
import styles from "./accounts.module.css";

type Properties = { account: AccountRow; columns: readonly Column[] };

/** A link, so that it opens in a new tab as links do; the row around it has the focus. */
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
  const nameOf = useTeammateName();
  if (column.field) return fieldInWords(column.field.type, account.fields[column.id], nameOf);
  if (column.id === "domains") return account.domains.join(", ");
  if (column.id === "sync") return <span data-sync={account.sync}>{SYNC_WORDS[account.sync]}</span>;
  return <Moment at={account.updatedAt} />;
}

export function AccountCells({ account, columns }: Properties) {
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
          data-end={column.field?.type === "number" || undefined}
        >
          <Cell account={account} column={column} />
        </div>
      ))}
    </>
  );
}

export function AccountLines({ account, columns }: Properties) {
  const nameOf = useTeammateName();
  const more = columns
    .filter(({ field }) => field !== undefined)
    .map(({ id, field }) => field && fieldInWords(field.type, account.fields[id], nameOf))
    .filter(Boolean);
  const second = [account.domains[0] ?? "No domain", ...more].join(" · ");
  return (
    <div role="gridcell" className={styles.lines}>
      <Name account={account} />
      <span className={styles.second}>{second}</span>
    </div>
  );
}
