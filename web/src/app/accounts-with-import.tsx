// Shows the accounts with the sync modal over them. The modal is a bundle of its own, loaded when
// it opens.
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { connectionRoutes } from "../../../src/api/contract/connection.ts";
import { AccountsPage } from "../accounts/accounts-page.tsx";
import { invalidateRoutes } from "../client/queries.ts";

const route = getRouteApi("/shell/contacts/accounts");
const SyncModal = lazy(async () => ({ default: (await import("../sync/sync-modal.tsx")).SyncModal }));

export function AccountsWithImport() {
  const queryClient = useQueryClient();
  const importing = route.useSearch({ select: (search) => search.import === "dynamics" });
  useEffect(() => {
    if (!importing) return undefined;
    // The element that opened the modal may be gone, so the focus goes to the content.
    return () => {
      document.querySelector<HTMLElement>("#content")?.focus();
      void invalidateRoutes(queryClient, [connectionRoutes.getSyncState]);
    };
  }, [importing, queryClient]);
  return (
    <>
      <AccountsPage />
      {importing && (
        <Suspense fallback={null}>
          <SyncModal />
        </Suspense>
      )}
    </>
  );
}
