// Stands where there is nothing to list: says why, and what to do next.
import type { ReactNode } from "react";
import styles from "./empty-state.module.css";

type Props = {
  title: string;
  children: ReactNode;
  /** Set if the page shows nothing else: the title is then the page's heading. */
  fullPage?: boolean;
  /** A button or link to what to do next. */
  action?: ReactNode;
};

export function EmptyState({ title, fullPage = false, children, action }: Props) {
  const Heading = fullPage ? "h1" : "h2";
  return (
    <div className={styles.emptyState}>
      <Heading className={styles.title}>{title}</Heading>
      <p className={styles.text}>{children}</p>
      {action !== undefined && <div className={styles.action}>{action}</div>}
    </div>
  );
}
