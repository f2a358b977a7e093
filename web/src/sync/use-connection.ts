// Polls the connection. When a run has started, ended or begun to wait since, it invalidates what
// that run may have changed, whoever started it.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { connectionRoutes, type ConnectionView } from "../../../src/api/contract/connection.ts";
import { callRoute } from "../client/call-route.ts";
import { invalidateRoutes, routeQuery } from "../client/queries.ts";
import { INVALIDATED_ROUTES } from "./run/invalidated-routes.ts";

const RUNNING_POLL_MS = 2_000;
const IDLE_POLL_MS = 15_000;

const query = routeQuery(connectionRoutes.getConnection, {});

/** Identifies the runs that the connection tells of. */
function runsKey({ running, pendingPlan, lastRun }: ConnectionView): string {
  return JSON.stringify([running, pendingPlan, lastRun?.id, lastRun?.status]);
}

export function useConnection() {
  const queryClient = useQueryClient();
  const { data: connection, error } = useQuery({
    ...query,
    queryFn: async ({ signal }) => {
      const current = await callRoute(connectionRoutes.getConnection, {}, signal);
      const previous = queryClient.getQueryData(query.queryKey);
      if (previous && runsKey(previous) !== runsKey(current))
        void invalidateRoutes(queryClient, INVALIDATED_ROUTES);
      return current;
    },
    refetchInterval: ({ state }) => (state.data?.state === "running" ? RUNNING_POLL_MS : IDLE_POLL_MS),
  });
  return { connection, error: connection === undefined ? error : null };
}
