// The latest mails and what became of them. Without a mail server, their text is here to be passed on.
import { useQuery } from "@tanstack/react-query";
import { sessionRoutes } from "../../../src/api/contract/session.ts";
import type { RouteAnswer } from "../../../src/api/contract/route.ts";
import { queryOf } from "../client/queries.ts";
import { Empty } from "../components/empty-state.tsx";
import { LoadingRows } from "../components/loading-rows.tsx";
import { Meant, type Meaning } from "../components/status-tag.tsx";
import { Moment } from "../components/relative-time.tsx";
import { Page } from "../components/page.tsx";
import { Problem } from "../components/error-alert.tsx";
import { useSession } from "../session/session.ts";
import styles from "./settings.module.css";

type Mail = RouteAnswer<typeof sessionRoutes.listMail>["mails"][number];

const STATES: Record<Mail["state"], { meaning: Meaning; words: string }> = {
  waiting: { meaning: "changed", words: "waiting to be sent" },
  sent: { meaning: "added", words: "sent" },
  shown: { meaning: "skipped", words: "shown here only" },
  failed: { meaning: "failed", words: "could not be sent" },
};

function Letter({ mail }: { mail: Mail }) {
  const { meaning, words } = STATES[mail.state];
  return (
    <article className={styles.mail}>
      <div className={styles.mailHead}>
        <strong>{mail.subject}</strong>
        <Meant of={meaning}>{words}</Meant>
      </div>
      <div className={styles.soft}>
        to {mail.to} · <Moment at={mail.createdAt} />
      </div>
      {mail.text !== null && <pre>{mail.text}</pre>}
    </article>
  );
}

export function MailPage() {
  const session = useSession();
  const mail = useQuery({ ...queryOf(sessionRoutes.listMail, {}), refetchInterval: 15_000 });
  return (
    <Page column title="Mail" line="Invitations, new passwords, and what the sync reports">
      {!session.mail && (
        <p className={styles.intro}>
          No mail server is set up, so mails stay here for you to pass on. Whoever runs this installation sets
          one with SMTP_URL and SLUICE_MAIL_FROM.
        </p>
      )}
      {mail.error && <Problem error={mail.error} />}
      {mail.isPending && <LoadingRows />}
      {mail.data?.mails.length === 0 && (
        <Empty title="No mail yet">
          Invitations and reports of the sync are listed here once there are any.
        </Empty>
      )}
      {mail.data?.mails.map((one) => (
        <Letter key={one.id} mail={one} />
      ))}
    </Page>
  );
}
