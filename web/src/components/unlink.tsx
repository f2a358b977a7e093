// Unlinks an account that stopped syncing, or all whose records left the view, once a person has
// seen what it would do.
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { accountRoutes, type UnlinkEffect } from "../../../src/api/contract/accounts.ts";
import { runRoutes } from "../../../src/api/contract/runs.ts";
import { routeQuery, useRouteMutation } from "../client/queries.ts";
import { formatCount, formatNumber } from "../format/numbers.ts";
import { ConfirmDialog } from "./confirm-dialog.tsx";

const INVALIDATED_ROUTES = [
  runRoutes.listIssues,
  runRoutes.listIssueGroups,
  runRoutes.listRunIssues,
  accountRoutes.listAccounts,
  accountRoutes.countAccounts,
  accountRoutes.getAccount,
  accountRoutes.getHistory,
];

/** An unlinking changes the preview, and one that was made cannot be previewed again. */
const NOT_CACHED = { staleTime: 0, gcTime: 0 } as const;

/** "The next sync then links 1 account that is skipped now; 2 stay skipped because of others." */
function formatEffect({ linked, created, skipped }: UnlinkEffect): string {
  const outcomes = [
    ...(linked > 0 ? [`links ${formatCount(linked, "account")}`] : []),
    ...(created > 0 ? [`creates ${formatCount(created, "account")}`] : []),
  ];
  if (outcomes.length === 0) return "No account that is skipped now would be synced because of it.";
  const verb = linked + created === 1 ? "is" : "are";
  const rest = skipped > 0 ? `; ${formatNumber(skipped)} would still be skipped` : "";
  return `The next sync then ${outcomes.join(" and ")} that ${verb} skipped now${rest}.`;
}

type AccountProps = {
  id: number;
  name: string;
  /** In a line of text. */
  compact?: boolean;
  onUnlinked: () => void;
};

export function UnlinkAccount({ id, name, compact = false, onUnlinked }: AccountProps) {
  const [isOpen, setIsOpen] = useState(false);
  const preview = useQuery({
    ...routeQuery(accountRoutes.previewUnlink, { params: { id } }),
    ...NOT_CACHED,
    enabled: isOpen,
  });
  const unlink = useRouteMutation(accountRoutes.unlinkAccount, INVALIDATED_ROUTES);
  const effect = preview.data?.effect;
  // The callbacks of `mutate` would not run, since the parent may have unmounted this by then.
  const confirm = async () => {
    await unlink.mutateAsync({ params: { id } });
    setIsOpen(false);
    onUnlinked();
  };
  return (
    <>
      <Button variant="default" size={compact ? "compact-xs" : "compact-sm"} onClick={() => setIsOpen(true)}>
        Unlink{compact && ` ${name}`}
      </Button>
      <ConfirmDialog
        title={isOpen ? `Unlink ${name}?` : null}
        confirmLabel="Unlink the account"
        isPending={unlink.isPending || (isOpen && preview.isPending)}
        error={unlink.error ?? preview.error}
        onConfirm={() => void confirm().catch(() => {})}
        onClose={() => setIsOpen(false)}
      >
        The account keeps all its values. It only loses its link to the record in Dynamics 365, so that
        another record may be linked to it. {effect && formatEffect(effect)}
      </ConfirmDialog>
    </>
  );
}

/** @param isOffered whether any account whose record left the view is in the way of another */
export function UnlinkLeftView({ isOffered }: { isOffered: boolean }) {
  const [isOpen, setIsOpen] = useState(false);
  const preview = useQuery({
    ...routeQuery(accountRoutes.previewUnlinkLeftView, {}),
    ...NOT_CACHED,
    enabled: isOpen,
  });
  const unlink = useRouteMutation(accountRoutes.unlinkLeftView, INVALIDATED_ROUTES);
  const effect = preview.data?.effect;
  const unlinked = unlink.data?.unlinked;
  if (unlinked !== undefined)
    return (
      <UnlinkedNote takesFocus>
        {formatCount(unlinked, "account")} unlinked. The next sync, or a retry, decides again.
      </UnlinkedNote>
    );
  if (!isOffered) return null;
  return (
    <>
      <Button variant="default" onClick={() => setIsOpen(true)}>
        Unlink all that left the view …
      </Button>
      <ConfirmDialog
        title={isOpen ? "Unlink all accounts whose records left the view?" : null}
        confirmLabel={effect ? `Unlink ${formatCount(effect.accounts, "account")}` : "Unlink"}
        isPending={unlink.isPending || (isOpen && preview.isPending)}
        error={unlink.error ?? preview.error}
        onConfirm={() => unlink.mutate({})}
        onClose={() => setIsOpen(false)}
      >
        Every account whose record left the view is unlinked, whether it is in the way of another or not
        {effect && `: ${formatCount(effect.accounts, "account")}`}. They keep all their values, and other
        records may be linked to them. {effect && formatEffect(effect)}
      </ConfirmDialog>
    </>
  );
}

type NoteProps = { takesFocus: boolean; children: ReactNode };

/** Takes the place of the button that was used, and its focus. */
export function UnlinkedNote({ takesFocus, children }: NoteProps) {
  const note = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (takesFocus) note.current?.focus();
  }, [takesFocus]);
  return (
    <span ref={note} tabIndex={-1} role="status">
      {children}
    </span>
  );
}
