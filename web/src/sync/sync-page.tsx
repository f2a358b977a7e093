// The sync once it is set up: overview, fields, runs, errors, settings, connection. Before that, the way to set it up.
import { Skeleton, Tabs } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import type { ConnectionView } from "../../../src/api/contract/connection.ts";
import { Empty } from "../components/empty-state.tsx";
import { ButtonLink } from "../components/links.tsx";
import { Moment } from "../components/relative-time.tsx";
import { Page } from "../components/page.tsx";
import { Problem } from "../components/error-alert.tsx";
import { number } from "../format/numbers.ts";
import { stateInWords } from "../format/sync-state.ts";
import { ConnectionTab } from "./tabs/connection-tab.tsx";
import { ErrorsTab } from "./tabs/errors-tab.tsx";
import { FileFields } from "./tabs/read-only-mapping.tsx";
import { FieldsTab } from "./tabs/fields-tab.tsx";
import { OverviewTab, SyncActions } from "./tabs/overview-tab.tsx";
import styles from "./tabs/tabs.module.css";
import { RunPage } from "./tabs/run-details.tsx";
import { RunsTab } from "./tabs/runs-tab.tsx";
import { SettingsTab } from "./tabs/settings-tab.tsx";
import { tabs, type SyncSearch, type Tab } from "./search-params.ts";
import { useConnection } from "./use-connection.ts";

const route = getRouteApi("/shell/contacts/accounts/sync");

const NAMES: Record<Tab, string> = {
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
        <Problem error={error} />
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
        <NotSetUp connection={connection} />
      </Page>
    );
  return <SetUp connection={connection} search={search} />;
}

function NotSetUp({ connection }: { connection: ConnectionView }) {
  const isConnected = connection.environment !== null;
  const wasSetUp = connection.settings !== null;
  return (
    <Empty
      title={isConnected ? "Dynamics 365 is connected and not synced yet" : "Dynamics 365 is not connected"}
      action={
        <ButtonLink to="/contacts/accounts" search={{ import: "dynamics" }}>
          {isConnected ? "Go on setting it up" : wasSetUp ? "Connect again" : "Set up the sync"}
        </ButtonLink>
      }
    >
      {wasSetUp
        ? "Accounts, their links and the mapping are still here; connecting again goes on where it ended."
        : "Accounts come from Dynamics 365, one way, every 24 hours. You choose which ones and which fields, and see what would happen before anything is written."}
    </Empty>
  );
}

function SetUp({ connection, search }: { connection: ConnectionView; search: SyncSearch }) {
  const navigate = route.useNavigate();
  const tab = search.tab ?? "overview";
  const state = stateInWords({
    ...connection,
    attention: connection.attention?.title ?? null,
    source: connection.environment?.host ?? null,
  });
  return (
    <Page
      title="Dynamics 365"
      filled
      line={
        <>
          <span data-state={connection.state}>{sentence(state ?? "")}</span>
          {connection.lastSyncedAt !== null && connection.state !== "running" && (
            <>
              {" · "}
              <Moment at={connection.lastSyncedAt} />
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
              {NAMES[one]}
              {one === "errors" && connection.openIssues > 0 && ` ${number(connection.openIssues)}`}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab} className={styles.panel ?? ""}>
          {tab === "fields" && connection.environment?.fromFile !== true ? (
            <FieldsTab connection={connection} />
          ) : (
            <div className={styles.scroll} data-scroll>
              <div>
                <Content tab={tab} connection={connection} search={search} />
              </div>
            </div>
          )}
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

type Properties = { tab: Tab; connection: ConnectionView; search: SyncSearch };

function Content({ tab, connection, search }: Properties) {
  const isOfFile = connection.environment?.fromFile === true;
  switch (tab) {
    case "overview":
      return <OverviewTab connection={connection} />;
    case "fields":
      return <FileFields mapping={connection.settings?.mapping} />;
    case "runs":
      return search.run === undefined ? (
        <RunsTab />
      ) : (
        <RunPage key={search.run} id={search.run} search={search} connection={connection} />
      );
    case "errors":
      return <ErrorsTab search={search} settings={isOfFile ? null : connection.settings} />;
    case "settings":
      return <SettingsTab connection={connection} />;
    case "connection":
      return <ConnectionTab connection={connection} />;
  }
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
