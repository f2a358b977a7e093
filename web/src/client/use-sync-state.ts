// Polls the state of the sync. After a sync, or when another source is connected, accounts loaded
// before are invalidated.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { accountRoutes } from "../../../src/api/contract/accounts.ts";
import { connectionRoutes } from "../../../src/api/contract/connection.ts";
import { callRoute } from "./call-route.ts";
import { invalidateRoutes, routeQuery } from "./queries.ts";

const RUNNING_POLL_MS = 2_000;
const IDLE_POLL_MS = 15_000;

const query = routeQuery(connectionRoutes.getSyncState, {});
const { listAccounts, countAccounts, getAccount, getHistory, listFields } = accountRoutes;

export function useSyncState() {
  const queryClient = useQueryClient();
  return useQuery({
    ...query,
    queryFn: async ({ signal }) => {
      const state = await callRoute(connectionRoutes.getSyncState, {}, signal);
      const previous = queryClient.getQueryData(query.queryKey);
      if (previous && (previous.lastSyncedAt !== state.lastSyncedAt || previous.source !== state.source))
        void invalidateRoutes(queryClient, [listAccounts, countAccounts, getAccount, getHistory, listFields]);
      return state;
    },
    refetchOnMount: "always",
    refetchInterval: ({ state }) => (state.data?.state === "running" ? RUNNING_POLL_MS : IDLE_POLL_MS),
  }).data;
}
