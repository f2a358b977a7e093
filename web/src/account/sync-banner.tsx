// Shows where an account comes from and when it was last synced, so that one knows how fresh its
// fields are.
import { Anchor, Popover } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconExternalLink, IconLink, IconLinkOff } from "@tabler/icons-react";
import { useState } from "react";
import type { AccountDetails } from "../../../src/api/contract/accounts.ts";
import { useSyncState } from "../client/use-sync-state.ts";
import { AnchorLink } from "../components/links.tsx";
import { RelativeTime } from "../components/relative-time.tsx";
import { UnlinkAccount, UnlinkedNote } from "../components/unlink.tsx";
import { useHasAccess } from "../session/session.ts";
import { formatSyncState } from "../format/sync-state.ts";
import styles from "./account.module.css";

type Link = NonNullable<AccountDetails["link"]>;

const STOP_REASONS: Record<NonNullable<Link["stopReason"]>, string> = {
  deleted: "its record was deleted there",
  deactivated: "its record was deactivated there",
  "left-view": "its record is no longer in the view that is synced",
  merged: "its record was merged into another one there",
};

/** Why an account no longer syncs, with a link to the account that its record was merged into. */
function StopReason({ stopReason, mergedInto }: Link) {
  if (stopReason === null) return null;
  if (mergedInto === null) return `No longer synced from Dynamics 365: ${STOP_REASONS[stopReason]}`;
  return (
    <>
      {"No longer synced from Dynamics 365: its record was merged into that of "}
      <AnchorLink to="/contacts/accounts/$id" params={{ id: String(mergedInto.id) }}>
        {mergedInto.name}
      </AnchorLink>
    </>
  );
}

function formatMatch({ matchedBy, matchedValue }: Link): string {
  if (matchedBy === "create") return "created from its record";
  if (matchedBy === "merged") return "linked to the record that its own was merged into";
  return `matched by ${matchedBy}${matchedValue === null ? "" : ` ${matchedValue}`}`;
}

function explainMatch({ matchedBy, matchedValue }: Link): string {
  switch (matchedBy) {
    case "create":
      return (
        "When its record was first synced, no account had one of its domains or its name. " +
        "So this account was created and linked to it."
      );
    case "domain":
      return (
        "When its record was first synced, this account already had the domain " +
        `${matchedValue ?? "of the record"} and was open: it had no link, or its record was gone. ` +
        "A domain belongs to one account only, so this account was linked."
      );
    case "name":
      return (
        "When its record was first synced, no account had one of its domains, and this account " +
        `had the same name${matchedValue === null ? "" : `, ${matchedValue}`}. Case is ignored.`
      );
    case "merged":
      return (
        "The record that this account was linked to was merged in Dynamics 365 into this record, " +
        "which had no account here."
      );
  }
}

function MatchExplanation({ link }: { link: Link }) {
  const [opened, setOpened] = useState(false);
  useHotkeys([["Escape", () => setOpened(false)]]);
  return (
    <Popover width={340} position="bottom-start" opened={opened} onChange={setOpened}>
      <Popover.Target>
        <Anchor component="button" type="button" inherit onClick={() => setOpened(!opened)}>
          why?
        </Anchor>
      </Popover.Target>
      <Popover.Dropdown>{explainMatch(link)}</Popover.Dropdown>
    </Popover>
  );
}

/** Says why a synced account may be out of date: the sync is paused or needs attention. */
function SyncObstacle() {
  const data = useSyncState();
  const canOpenSync = useHasAccess("workspace-admin");
  if (data?.state !== "paused" && data?.state !== "needs-attention") return null;
  const text = formatSyncState(data);
  return (
    <>
      {", "}
      {canOpenSync ? <AnchorLink to="/contacts/accounts/sync">{text}</AnchorLink> : text}
    </>
  );
}

function SyncStatus({ link, sync }: { link: Link; sync: AccountDetails["sync"] }) {
  if (link.stopReason !== null) return <StopReason {...link} />;
  if (sync === "disconnected") return "No longer synced: its Dynamics 365 is disconnected";
  return (
    <>
      Synced from Dynamics 365
      <SyncObstacle />
    </>
  );
}

type BannerProps = { account: AccountDetails; link: Link; onUnlinked: () => void };

export function SyncBanner({ account: { id, name, sync }, link, onUnlinked }: BannerProps) {
  const canUnlink = useHasAccess("workspace-admin") && link.stopReason !== null;
  const isSynced = sync === "synced";
  return (
    <div className={styles.banner} data-stopped={!isSynced || undefined}>
      {isSynced ? <IconLink size={15} aria-hidden /> : <IconLinkOff size={15} aria-hidden />}
      <span>
        <SyncStatus link={link} sync={sync} />
        {link.lastSyncedAt !== null && (
          <>
            {" · last synced "}
            <RelativeTime at={link.lastSyncedAt} />
          </>
        )}
        {" · "}
        {formatMatch(link)} (<MatchExplanation link={link} />)
      </span>
      {link.url !== null && (
        <Anchor href={link.url} target="_blank" rel="noreferrer" inherit className={styles.recordLink ?? ""}>
          Open in Dynamics 365
          <IconExternalLink size={13} aria-hidden />
        </Anchor>
      )}
      {canUnlink && <UnlinkAccount id={id} name={name} onUnlinked={onUnlinked} />}
    </div>
  );
}

/** Takes the banner's place after the account was unlinked. */
export function UnlinkedBanner() {
  return (
    <div className={styles.banner} data-stopped>
      <IconLinkOff size={15} aria-hidden />
      <UnlinkedNote takesFocus>
        Unlinked. The account keeps its values, and another record of Dynamics 365 may be linked to it.
      </UnlinkedNote>
    </div>
  );
}
