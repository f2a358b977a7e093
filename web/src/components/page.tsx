// What every page in the shell has: a title, a line that says how things are, actions, and its content.
import { Title } from "@mantine/core";
import { useEffect, type ReactNode } from "react";
import styles from "./page.module.css";

type Properties = {
  title: string;
  /** The way back up, over the title. */
  above?: ReactNode;
  /** Beside or under the title: counts, states. */
  line?: ReactNode;
  /** Buttons at the right. */
  actions?: ReactNode;
  /** The content scrolls on its own and takes all the width, as lists do. */
  filled?: boolean;
  /** For reading and forms: title, actions and content share one column that is not wider than eyes like. */
  column?: boolean;
  children: ReactNode;
};

export function Page({ title, above, line, actions, filled = false, column = false, children }: Properties) {
  useEffect(() => {
    document.title = `${title} · Sluice`;
  }, [title]);
  return (
    <div className={styles.page} data-column={column || undefined}>
      <header className={styles.header}>
        <div className={styles.words}>
          {above !== undefined && <div className={styles.above}>{above}</div>}
          <Title order={1}>{title}</Title>
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
        {line !== undefined && <div className={styles.line}>{line}</div>}
      </header>
      <div className={filled ? styles.filled : styles.content}>{children}</div>
    </div>
  );
}
