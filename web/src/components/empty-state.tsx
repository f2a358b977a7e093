// A place with nothing in it: says why, and what to do next.
import type { ReactNode } from "react";
import styles from "./empty-state.module.css";

type Props = {
  title: string;
  children: ReactNode;
  /** Where this is all there is on the page. */
  fullPage?: boolean;
  /** The button or link that does it. */
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
