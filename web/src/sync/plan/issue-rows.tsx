// Accounts that an issue affects, with links to Dynamics 365 and to the account here.
import { Anchor, Button, Skeleton } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { useState } from "react";
import type { IssueView } from "../../../../src/api/contract/runs.ts";
import { AnchorLink } from "../../components/links.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { ErrorAlert } from "../../components/error-alert.tsx";
import { UnlinkAccount, UnlinkedNote } from "../../components/unlink.tsx";
import styles from "./plan.module.css";

type Pages = {
  readonly data: { readonly pages: readonly { readonly issues: readonly IssueView[] }[] } | undefined;
  readonly error: Error | null;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly fetchNextPage: () => Promise<unknown>;
};

export function IssueRows({ pages }: { pages: Pages }) {
  if (pages.error) return <ErrorAlert error={pages.error} />;
  if (!pages.data) return <Skeleton height={80} />;
  const issues = pages.data.pages.flatMap((page) => page.issues);
  return (
    <>
      <ul className={styles.issues}>
        {issues.map((issue) => (
          <IssueRow key={issue.id} issue={issue} />
        ))}
      </ul>
      {pages.hasNextPage && (
        <Button
          variant="subtle"
          size="compact-xs"
          loading={pages.isFetchingNextPage}
          onClick={() => void pages.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </>
  );
}

function IssueRow({ issue }: { issue: IssueView }) {
  const { name, field, value, sentence, dynamicsUrl, accountId, otherAccountId, otherAccountName } = issue;
  const [isUnlinked, setIsUnlinked] = useState(false);
  return (
    <li>
      <div>
        <strong>{name ?? (field === null ? "All accounts" : field)}</strong>
        {value !== null && <code> {value}</code>}
        {issue.firstSeenAt !== null && (
          <span className={styles.explanation}>
            {" "}
            since <RelativeTime at={issue.firstSeenAt} />
          </span>
        )}
      </div>
      <div className={styles.explanation}>{sentence}</div>
      <div className={styles.links}>
        {dynamicsUrl !== null && (
          <Anchor href={dynamicsUrl} target="_blank" rel="noreferrer" inherit>
            Open in Dynamics 365 <IconExternalLink size={12} aria-hidden />
          </Anchor>
        )}
        {accountId !== null && (
          <AnchorLink to="/contacts/accounts/$id" params={{ id: String(accountId) }}>
            Open the account
          </AnchorLink>
        )}
        {otherAccountId !== null && (
          <AnchorLink to="/contacts/accounts/$id" params={{ id: String(otherAccountId) }}>
            Other account: {otherAccountName ?? otherAccountId}
          </AnchorLink>
        )}
        {otherAccountId !== null && issue.canUnlinkOther && (
          <UnlinkAccount
            compact
            id={otherAccountId}
            name={otherAccountName ?? String(otherAccountId)}
            onUnlinked={() => setIsUnlinked(true)}
          />
        )}
        {(isUnlinked || issue.otherAccountState === "unlinked") && (
          <UnlinkedNote takesFocus={isUnlinked}>The next sync, or a retry, decides again.</UnlinkedNote>
        )}
      </div>
    </li>
  );
}
