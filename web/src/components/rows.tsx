// A short list: each row has a title, a subtitle and actions. It looks the same at every width.
import type { ReactNode } from "react";
import styles from "./rows.module.css";

export function Rows({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul className={styles.rows} aria-label={label}>
      {children}
    </ul>
  );
}

type Props = {
  title: ReactNode;
  subtitle?: ReactNode;
  /** Actions, at the end of the row. */
  children?: ReactNode;
};

export function Row({ title, subtitle, children }: Props) {
  return (
    <li className={styles.row}>
      <div className={styles.text}>
        <div className={styles.title}>{title}</div>
        {subtitle !== undefined && subtitle !== "" && <div className={styles.subtitle}>{subtitle}</div>}
      </div>
      {children !== undefined && <div className={styles.actions}>{children}</div>}
    </li>
  );
}
