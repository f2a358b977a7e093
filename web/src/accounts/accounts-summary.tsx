// The subtitle of the accounts page: the number of accounts and the state of the sync.
import { Skeleton } from "@mantine/core";
import { useSyncState } from "../client/use-sync-state.ts";
import { AnchorLink } from "../components/links.tsx";
import { RelativeTime } from "../components/relative-time.tsx";
import { useHasAccess } from "../session/session.ts";
import { formatCount } from "../format/numbers.ts";
import { formatSyncState } from "../format/sync-state.ts";
import styles from "./accounts.module.css";

function SyncState() {
  const data = useSyncState();
  const canOpenSync = useHasAccess("workspace-admin");
  const state = data && formatSyncState(data);
  if (!state) return null;
  const text = `Dynamics 365 ${state}`;
  return (
    <>
      {" · "}
      <span data-state={data.state} className={styles.state}>
        {canOpenSync ? <AnchorLink to="/contacts/accounts/sync">{text}</AnchorLink> : text}
      </span>
      {data.lastSyncedAt !== null && data.state !== "running" && (
        <>
          {" · "}
          <RelativeTime at={data.lastSyncedAt} />
        </>
      )}
    </>
  );
}

export function AccountsSummary({ total, isFiltered }: { total: number | undefined; isFiltered: boolean }) {
  return (
    <span>
      {total === undefined ? (
        <Skeleton component="span" display="inline-block" h={14} w={110} />
      ) : (
        `${formatCount(total, "account")}${isFiltered ? " found" : ""}`
      )}
      <SyncState />
    </span>
  );
}
