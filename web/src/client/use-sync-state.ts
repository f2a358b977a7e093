// The state of the sync, asked again and again; when it has synced since, or another source is connected, accounts that were
// loaded before are stale.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { accountRoutes } from "../../../src/api/contract/accounts.ts";
import { connectionRoutes } from "../../../src/api/contract/connection.ts";
import { call } from "./call-route.ts";
import { markStale, queryOf } from "./queries.ts";

const RUNNING_MS = 2_000;
const AT_REST_MS = 15_000;

const query = queryOf(connectionRoutes.getSyncState, {});
const { listAccounts, countAccounts, getAccount, getHistory, listFields } = accountRoutes;

export function useSyncState() {
  const queries = useQueryClient();
  return useQuery({
    ...query,
    queryFn: async ({ signal }) => {
      const state = await call(connectionRoutes.getSyncState, {}, signal);
      const before = queries.getQueryData(query.queryKey);
      if (before && (before.lastSyncedAt !== state.lastSyncedAt || before.source !== state.source))
        void markStale(queries, [listAccounts, countAccounts, getAccount, getHistory, listFields]);
      return state;
    },
    refetchOnMount: "always",
    refetchInterval: ({ state }) => (state.data?.state === "running" ? RUNNING_MS : AT_REST_MS),
  }).data;
}
