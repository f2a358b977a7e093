// Open issues by kind, notes folded below: how to resolve them, the affected accounts, a CSV
// export, and a retry.
import type { ChosenSettings } from "../../../../src/settings/sync-settings.ts";
import { Button, Skeleton } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { connectionRoutes } from "../../../../src/api/contract/connection.ts";
import { runRoutes, type IssueGroup } from "../../../../src/api/contract/runs.ts";
import { routeUrl } from "../../client/call-route.ts";
import { pagedQuery, routeQuery, useRouteMutation } from "../../client/queries.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { ButtonLink } from "../../components/links.tsx";
import { ErrorAlert } from "../../components/error-alert.tsx";
import { UnlinkLeftView } from "../../components/unlink.tsx";
import { formatCount } from "../../format/numbers.ts";
import { BlockingDomains, isDomainConflict } from "../plan/blocking-domains.tsx";
import { affectedThings, formatGroupSize } from "../plan/issue-group-size.ts";
import { FoldedNotes, splitBySeverity } from "../plan/folded-notes.tsx";
import { IssueRows } from "../plan/issue-rows.tsx";
import { PeopleList } from "../plan/people-list.tsx";
import { formatFix, usePreview, withOptions } from "../plan/use-preview.ts";
import { SearchBox } from "../../components/search-box.tsx";
import type { SyncSearch } from "../search-params.ts";
import styles from "./tabs.module.css";

type Props = { search: SyncSearch; settings: ChosenSettings | null };

export function ErrorsTab({ search, settings }: Props) {
  const { data, error } = useQuery(routeQuery(runRoutes.listIssueGroups, {}));
  if (error) return <ErrorAlert error={error} />;
  if (!data) return <Skeleton height={240} />;
  if (data.groups.length === 0)
    return <EmptyState title="No open issues">Every account was synced without issues.</EmptyState>;
  const { errors, notes } = splitBySeverity(data.groups);
  const section = (group: IssueGroup) => (
    <IssueKindSection key={group.kind} group={group} search={search} settings={settings} />
  );
  return (
    <div className={styles.groups}>
      <p>
        <Button
          component="a"
          variant="default"
          href={routeUrl(runRoutes.exportIssues, { query: {} })}
          leftSection={<IconDownload size={15} aria-hidden />}
        >
          Download all as CSV
        </Button>
      </p>
      {errors.length === 0 && <p>No open errors.</p>}
      {errors.map(section)}
      <FoldedNotes notes={notes} open={notes.some(({ kind }) => kind === search.kind)}>
        {notes.map(section)}
      </FoldedNotes>
    </div>
  );
}

function IssueKindSection({ group, search, settings }: Props & { group: IssueGroup }) {
  const navigate = useNavigate();
  const openRun = (run: number) =>
    void navigate({ to: "/contacts/accounts/sync", search: { tab: "runs", run } });
  const preview = usePreview(openRun);
  const retry = useRouteMutation(runRoutes.retryIssues, [connectionRoutes.getConnection, runRoutes.listRuns]);
  const { kind, title, explanation, howToResolve, accounts, fix } = group;
  const isOpen = search.kind === kind;
  const error = preview.error ?? retry.error;
  const searchAccounts = (q: string | undefined) =>
    void navigate({
      to: "/contacts/accounts/sync",
      search: { tab: "errors", kind, q },
      replace: isOpen,
    });
  return (
    <section className={styles.issueKind} aria-label={title}>
      <h2>
        {title} <span className={styles.muted}>{formatGroupSize(group)}</span>
      </h2>
      <p>{explanation}</p>
      <p>
        <strong>What to do:</strong> {howToResolve}
      </p>
      {group.people && <PeopleList people={group.people} onChoose={(person) => searchAccounts(person)} />}
      {error && <ErrorAlert error={error} />}
      {isDomainConflict(kind) && (
        <BlockingDomains kind={kind} onAdded={settings ? () => preview.start(settings) : undefined} />
      )}
      <div className={styles.row}>
        {fix && settings && (
          <Button
            className={styles.fix ?? ""}
            loading={preview.isPending}
            onClick={() => preview.start(withOptions(settings, fix.options))}
          >
            {formatFix(fix)}
          </Button>
        )}
        {group.effect === "stops-field" && (
          <ButtonLink to="/contacts/accounts/sync" search={{ tab: "fields" }}>
            Edit the mapping
          </ButtonLink>
        )}
        {accounts > 0 && (
          <Button
            variant="default"
            loading={retry.isPending}
            onClick={() => retry.mutate({ body: { kind } }, { onSuccess: ({ run }) => openRun(run.id) })}
          >
            Retry {formatCount(accounts, "account")}
          </Button>
        )}
        {group.effect === "skips-account" && <UnlinkLeftView isOffered={group.blockedByLeftView > 0} />}
        <Button component="a" variant="default" href={routeUrl(runRoutes.exportIssues, { query: { kind } })}>
          CSV
        </Button>
        <Button
          variant="subtle"
          aria-expanded={isOpen}
          onClick={() =>
            void navigate({
              to: "/contacts/accounts/sync",
              search: { tab: "errors", kind: isOpen ? undefined : kind },
            })
          }
        >
          {isOpen ? "Hide" : "Show"} the {affectedThings(group)}
        </Button>
        <small className={styles.muted}>{kind}</small>
      </div>
      {isOpen && <AffectedAccounts kind={kind} q={search.q} onSearch={searchAccounts} />}
    </section>
  );
}

type AffectedAccountsProps = {
  kind: string;
  q: string | undefined;
  onSearch: (q: string | undefined) => void;
};

function AffectedAccounts({ kind, q, onSearch }: AffectedAccountsProps) {
  const pages = useInfiniteQuery(pagedQuery(runRoutes.listIssues, { query: { kind, q } }));
  return (
    <>
      <div className={styles.issueSearch}>
        <SearchBox label="Search these accounts" q={q} onSearch={onSearch} />
      </div>
      <IssueRows pages={pages} />
    </>
  );
}
