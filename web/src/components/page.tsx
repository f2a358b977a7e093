// Layout of every page in the shell: title, subtitle, actions and content.
import { Title } from "@mantine/core";
import { useEffect, type ReactNode } from "react";
import styles from "./page.module.css";

type Props = {
  title: string;
  /** Link to the parent page, above the title. */
  breadcrumb?: ReactNode;
  /** Counts or a state, below the title. */
  subtitle?: ReactNode;
  actions?: ReactNode;
  /** The content takes the full width and scrolls by itself, as lists do. */
  fullWidth?: boolean;
  /** Limits the width of title, actions and content, for reading and forms. */
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
