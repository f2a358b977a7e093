// What every page in the shell has: a title, a line that says how things are, actions, and its content.
import { Title } from "@mantine/core";
import { useEffect, type ReactNode } from "react";
import styles from "./page.module.css";

type Props = {
  title: string;
  /** The way back up, over the title. */
  breadcrumb?: ReactNode;
  /** Beside or under the title: counts, states. */
  subtitle?: ReactNode;
  /** Buttons at the right. */
  actions?: ReactNode;
  /** The content scrolls on its own and takes all the width, as lists do. */
  fullWidth?: boolean;
  /** For reading and forms: title, actions and content share one column that is not wider than eyes like. */
  readingWidth?: boolean;
  children: ReactNode;
};

export function Page({
  title,
  breadcrumb,
  subtitle,
  actions,
  fullWidth = false,
  readingWidth = false,
  children,
}: Props) {
  useEffect(() => {
    document.title = `${title} · Sluice`;
  }, [title]);
  return (
    <div className={styles.page} data-column={readingWidth || undefined}>
      <header className={styles.header}>
        <div className={styles.titles}>
          {breadcrumb !== undefined && <div className={styles.breadcrumb}>{breadcrumb}</div>}
          <Title order={1}>{title}</Title>
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
        {subtitle !== undefined && <div className={styles.subtitle}>{subtitle}</div>}
      </header>
      <div className={fullWidth ? styles.fullWidth : styles.content}>{children}</div>
    </div>
  );
}
