// A place with nothing in it: says why, and what to do next.
import type { ReactNode } from "react";
import styles from "./empty-state.module.css";

type Properties = {
  title: string;
  children: ReactNode;
  /** Where this is all there is on the page. */
  alone?: boolean;
  /** The button or link that does it. */
  action?: ReactNode;
};

export function Empty({ title, alone = false, children, action }: Properties) {
  const Heading = alone ? "h1" : "h2";
  return (
    <div className={styles.empty}>
      <Heading className={styles.title}>{title}</Heading>
      <p className={styles.words}>{children}</p>
      {action !== undefined && <div className={styles.action}>{action}</div>}
    </div>
  );
}
