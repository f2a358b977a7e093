// A short list: each row a name with a line under it, and at the right what can be done. The same on every width.
import type { ReactNode } from "react";
import styles from "./rows.module.css";

export function Rows({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul className={styles.rows} aria-label={label}>
      {children}
    </ul>
  );
}

type Properties = {
  title: ReactNode;
  /** The small line under it. */
  line?: ReactNode;
  /** At the right. */
  children?: ReactNode;
};

export function Row({ title, line, children }: Properties) {
  return (
    <li className={styles.row}>
      <div className={styles.words}>
        <div className={styles.title}>{title}</div>
        {line !== undefined && line !== "" && <div className={styles.line}>{line}</div>}
      </div>
      {children !== undefined && <div className={styles.actions}>{children}</div>}
    </li>
  );
}
