// Lists the latest mails with their state. Without a mail server, their text can be copied here.
import { useQuery } from "@tanstack/react-query";
import { sessionRoutes } from "../../../src/api/contract/session.ts";
import type { RouteAnswer } from "../../../src/api/contract/route.ts";
import { routeQuery } from "../client/queries.ts";
import { EmptyState } from "../components/empty-state.tsx";
import { LoadingRows } from "../components/loading-rows.tsx";
import { StatusTag } from "../components/status-tag.tsx";
import type { Tone } from "../components/tone.ts";
import { RelativeTime } from "../components/relative-time.tsx";
import { Page } from "../components/page.tsx";
import { ErrorAlert } from "../components/error-alert.tsx";
import { useSession } from "../session/session.ts";
import styles from "./settings.module.css";

type Mail = RouteAnswer<typeof sessionRoutes.listMail>["mails"][number];

const MAIL_STATES: Record<Mail["state"], { tone: Tone; label: string }> = {
  waiting: { tone: "changed", label: "waiting to be sent" },
  sent: { tone: "added", label: "sent" },
  shown: { tone: "skipped", label: "shown here only" },
  failed: { tone: "failed", label: "could not be sent" },
};

function MailItem({ mail }: { mail: Mail }) {
  const { tone, label } = MAIL_STATES[mail.state];
  return (
    <article className={styles.mail}>
      <div className={styles.mailHeader}>
        <strong>{mail.subject}</strong>
        <StatusTag tone={tone}>{label}</StatusTag>
      </div>
      <div className={styles.muted}>
        to {mail.to} · <RelativeTime at={mail.createdAt} />
      </div>
      {mail.text !== null && <pre>{mail.text}</pre>}
    </article>
  );
}

export function MailPage() {
  const session = useSession();
  const mail = useQuery({ ...routeQuery(sessionRoutes.listMail, {}), refetchInterval: 15_000 });
  return (
    <Page readingWidth title="Mail" subtitle="Invitations, password resets, and reports of the sync">
      {!session.mail && (
        <p className={styles.intro}>
          No mail server is configured, so mails are shown here only. The operator of this installation
          configures one with SMTP_URL and SLUICE_MAIL_FROM.
        </p>
      )}
      {mail.error && <ErrorAlert error={mail.error} />}
      {mail.isPending && <LoadingRows />}
      {mail.data?.mails.length === 0 && (
        <EmptyState title="No mail yet">
          Invitations and reports of the sync are listed here once there are any.
        </EmptyState>
      )}
      {mail.data?.mails.map((item) => (
        <MailItem key={item.id} mail={item} />
      ))}
    </Page>
  );
}
