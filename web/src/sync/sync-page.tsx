// The sync page: tabs once the sync is set up, and before that a link to set it up.
import { Skeleton, Tabs } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import type { ConnectionView } from "../../../src/api/contract/connection.ts";
import { EmptyState } from "../components/empty-state.tsx";
import { ButtonLink } from "../components/links.tsx";
import { RelativeTime } from "../components/relative-time.tsx";
import { Page } from "../components/page.tsx";
import { ErrorAlert } from "../components/error-alert.tsx";
import { formatNumber } from "../format/numbers.ts";
import { formatSyncState } from "../format/sync-state.ts";
import { ConnectionTab } from "./tabs/connection-tab.tsx";
import { ErrorsTab } from "./tabs/errors-tab.tsx";
import { ReadOnlyMapping } from "./tabs/read-only-mapping.tsx";
import { FieldsTab } from "./tabs/fields-tab.tsx";
import { OverviewTab } from "./tabs/overview-tab.tsx";
import { SyncActions } from "./tabs/sync-actions.tsx";
import styles from "./tabs/tabs.module.css";
import { RunDetails } from "./tabs/run-details.tsx";
import { RunsTab } from "./tabs/runs-tab.tsx";
import { SettingsTab } from "./tabs/settings-tab.tsx";
import { tabs, type SyncSearch, type Tab } from "./search-params.ts";
import { useConnection } from "./use-connection.ts";

const route = getRouteApi("/shell/contacts/accounts/sync");

const TAB_LABELS: Record<Tab, string> = {
  overview: "Overview",
  fields: "Fields",
  runs: "Runs",
  errors: "Errors",
  settings: "Settings",
  connection: "Connection",
};

export function SyncPage() {
  const search = route.useSearch();
  const { connection, error } = useConnection();
  if (error)
    return (
      <Page title="Dynamics 365">
        <ErrorAlert error={error} />
      </Page>
    );
  if (!connection)
    return (
      <Page title="Dynamics 365">
        <Skeleton height={300} />
      </Page>
    );
  if (connection.environment === null || connection.settings === null)
    return (
      <Page title="Dynamics 365">
        <NotConfigured connection={connection} />
      </Page>
    );
  return <ConfiguredSync connection={connection} search={search} />;
}

function NotConfigured({ connection }: { connection: ConnectionView }) {
  const isConnected = connection.environment !== null;
  const wasConfigured = connection.settings !== null;
  return (
    <EmptyState
      title={isConnected ? "Dynamics 365 is connected and not synced yet" : "Dynamics 365 is not connected"}
      action={
        <ButtonLink to="/contacts/accounts" search={{ import: "dynamics" }}>
          {isConnected ? "Continue setup" : wasConfigured ? "Connect again" : "Set up the sync"}
        </ButtonLink>
      }
    >
      {wasConfigured
        ? "Accounts, links and the mapping were kept. Connect again to continue the sync."
        : "Accounts are synced one way from Dynamics 365 every 24 hours. " +
          "You select accounts and map fields, and preview the changes before anything is written."}
    </EmptyState>
  );
}

function ConfiguredSync({ connection, search }: { connection: ConnectionView; search: SyncSearch }) {
  const navigate = route.useNavigate();
  const tab = search.tab ?? "overview";
  const state = formatSyncState({
    ...connection,
    attention: connection.attention?.title ?? null,
    source: connection.environment?.host ?? null,
  });
  return (
    <Page
      title="Dynamics 365"
      fullWidth
      subtitle={
        <>
          <span data-state={connection.state}>{capitalize(state ?? "")}</span>
          {connection.lastSyncedAt !== null && connection.state !== "running" && (
            <>
              {" · "}
              <RelativeTime at={connection.lastSyncedAt} />
            </>
          )}
        </>
      }
      actions={<SyncActions connection={connection} />}
    >
      <Tabs
        value={tab}
        onChange={(value) => void navigate({ search: { tab: tabs.find((one) => one === value) } })}
        className={styles.tabs ?? ""}
      >
        <Tabs.List className={styles.tabList ?? ""}>
          {tabs.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {TAB_LABELS[one]}
              {one === "errors" && connection.openIssues > 0 && ` ${formatNumber(connection.openIssues)}`}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab} className={styles.panel ?? ""}>
          {tab === "fields" && connection.environment?.fromFile !== true ? (
            <FieldsTab connection={connection} />
          ) : (
            <div className={styles.scroll} data-scroll-container>
              <div>
                <TabContent tab={tab} connection={connection} search={search} />
              </div>
            </div>
          )}
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

type Props = { tab: Tab; connection: ConnectionView; search: SyncSearch };

function TabContent({ tab, connection, search }: Props) {
  const isFromFile = connection.environment?.fromFile === true;
  switch (tab) {
    case "overview":
      return <OverviewTab connection={connection} />;
    case "fields":
      return <ReadOnlyMapping mapping={connection.settings?.mapping} />;
    case "runs":
      return search.run === undefined ? (
        <RunsTab />
      ) : (
        <RunDetails key={search.run} id={search.run} search={search} connection={connection} />
      );
    case "errors":
      return <ErrorsTab search={search} settings={isFromFile ? null : connection.settings} />;
    case "settings":
      return <SettingsTab connection={connection} />;
    case "connection":
      return <ConnectionTab connection={connection} />;
  }
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
