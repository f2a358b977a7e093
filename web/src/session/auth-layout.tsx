// Layout of the pages for users who are not signed in: sign-in, password reset, one-time links.
import { Title } from "@mantine/core";
import { useEffect, type ReactNode } from "react";
import styles from "./auth-layout.module.css";

type Props = { title: string; workspace?: string | undefined; children: ReactNode };

export function AuthLayout({ title, workspace, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Sluice`;
  }, [title]);
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <img src="/icon.svg" alt="" width={32} height={32} />
        <Title order={1} mt={12}>
          {title}
        </Title>
        {workspace !== undefined && <p className={styles.workspace}>{workspace}</p>}
        {children}
      </div>
    </main>
  );
}
