// The connection, asked again and again. A run that began, ended or waits since then, whoever started it and whether or not
// anybody followed it, makes what it may have changed stale.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { connectionRoutes, type ConnectionView } from "../../../src/api/contract/connection.ts";
import { call } from "../client/call-route.ts";
import { markStale, queryOf } from "../client/queries.ts";
import { TOUCHED } from "./run/invalidated-routes.ts";

const RUNNING_MS = 2_000;
const AT_REST_MS = 15_000;

const query = queryOf(connectionRoutes.getConnection, {});

/** Which runs there are, as far as the connection tells. */
function runsIn({ running, waiting, lastRun }: ConnectionView): string {
  return JSON.stringify([running, waiting, lastRun?.id, lastRun?.status]);
}

export function useConnection() {
  const queries = useQueryClient();
  const { data: connection, error } = useQuery({
    ...query,
    queryFn: async ({ signal }) => {
      const now = await call(connectionRoutes.getConnection, {}, signal);
      const before = queries.getQueryData(query.queryKey);
      if (before && runsIn(before) !== runsIn(now)) void markStale(queries, TOUCHED);
      return now;
    },
    refetchInterval: ({ state }) => (state.data?.state === "running" ? RUNNING_MS : AT_REST_MS),
  });
  return { connection, error: connection === undefined ? error : null };
}
