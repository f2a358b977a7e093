// Where an account comes from: the line a support person trusts its fields by.
import { Anchor, Popover } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconExternalLink, IconLink, IconLinkOff } from "@tabler/icons-react";
import { useState } from "react";
import type { AccountDetails } from "../../../src/api/contract/accounts.ts";
import { Moment } from "../look/moment.tsx";
import styles from "./account.module.css";

type Link = NonNullable<AccountDetails["link"]>;

const LEFT: Record<NonNullable<Link["leftBecause"]>, string> = {
  deleted: "its record was deleted there",
  deactivated: "its record was deactivated there",
  "left-view": "its record is no longer in the view that is synced",
};

function matchInWords({ matchedBy, matchedValue }: Link): string {
  if (matchedBy === "create") return "created from its record";
  return `matched by ${matchedBy}${matchedValue === null ? "" : ` ${matchedValue}`}`;
}

function whyInWords({ matchedBy, matchedValue }: Link): string {
  switch (matchedBy) {
    case "create":
      return "When its record was first synced, no account here had one of its domains or its name. So this account was made, and has been tied to that record since.";
    case "domain":
      return `When its record was first synced, this account already had the domain ${matchedValue ?? "of the record"} and was tied to no other record. A domain belongs to one account, so it had to be this one.`;
    case "name":
      return `When its record was first synced, no account had one of its domains, and this one had the same name${matchedValue === null ? "" : `, ${matchedValue}`}. Upper and lower case do not count.`;
  }
}

function Why({ link }: { link: Link }) {
  const [opened, setOpened] = useState(false);
  useHotkeys([["Escape", () => setOpened(false)]]);
  return (
    <Popover width={340} position="bottom-start" opened={opened} onChange={setOpened}>
      <Popover.Target>
        <Anchor component="button" type="button" inherit onClick={() => setOpened(!opened)}>
          why?
        </Anchor>
      </Popover.Target>
      <Popover.Dropdown>{whyInWords(link)}</Popover.Dropdown>
    </Popover>
  );
}

export function SyncBanner({ link }: { link: Link }) {
  const left = link.leftBecause;
  return (
    <div className={styles.banner} data-left={left !== null || undefined}>
      {left === null ? <IconLink size={15} aria-hidden /> : <IconLinkOff size={15} aria-hidden />}
      <span>
        {left === null ? "Synced from Dynamics 365" : `No longer synced from Dynamics 365: ${LEFT[left]}`}
        {link.lastSyncedAt !== null && (
          <>
            {" · last synced "}
            <Moment at={link.lastSyncedAt} />
          </>
        )}
        {" · "}
        {matchInWords(link)} (<Why link={link} />)
      </span>
      {link.url !== null && (
        <Anchor href={link.url} target="_blank" rel="noreferrer" inherit className={styles.open ?? ""}>
          Open in Dynamics 365
          <IconExternalLink size={13} aria-hidden />
        </Anchor>
      )}
    </div>
  );
}
