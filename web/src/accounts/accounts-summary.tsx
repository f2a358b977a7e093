// Under the title: how many accounts there are, and whether they are fresh.
import { Skeleton } from "@mantine/core";
import { useSyncState } from "../client/use-sync-state.ts";
import { AnchorLink } from "../components/links.tsx";
import { Moment } from "../components/relative-time.tsx";
import { useMay } from "../session/session.ts";
import { count } from "../format/numbers.ts";
import { stateInWords } from "../format/sync-state.ts";
import styles from "./accounts.module.css";

function SyncState() {
  const data = useSyncState();
  const mayLookCloser = useMay("workspace-admin");
  const state = data && stateInWords(data);
  if (!state) return null;
  const words = `Dynamics 365 ${state}`;
  return (
    <>
      {" · "}
      <span data-state={data.state} className={styles.state}>
        {mayLookCloser ? <AnchorLink to="/contacts/accounts/sync">{words}</AnchorLink> : words}
      </span>
      {data.lastSyncedAt !== null && data.state !== "running" && (
        <>
          {" · "}
          <Moment at={data.lastSyncedAt} />
        </>
      )}
    </>
  );
}

export function SyncLine({ found, searching }: { found: number | undefined; searching: boolean }) {
  return (
    <span className={styles.syncLine}>
      {found === undefined ? (
        <Skeleton component="span" display="inline-block" h={14} w={110} />
      ) : (
        `${count(found, "account")}${searching ? " found" : ""}`
      )}
      <SyncState />
    </span>
  );
}
