// Loads a run and follows it over server-sent events until it ends or waits. Events may fail (a
// server that restarts, a proxy that buffers), so an active run is polled as well.
import { useDocumentVisibility } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { connectionRoutes } from "../../../../src/api/contract/connection.ts";
import { isActiveRun, run as runSchema, runRoutes } from "../../../../src/api/contract/runs.ts";
import { routeUrl } from "../../client/call-route.ts";
import { invalidateRoutes, isTransient, routeQuery } from "../../client/queries.ts";
import { INVALIDATED_ROUTES } from "./invalidated-routes.ts";

const POLL_MS = 5000;

export function useRun(id: number | undefined) {
  const queryClient = useQueryClient();
  const query = useQuery({
    ...routeQuery(runRoutes.getRun, { params: { id: id ?? 0 } }),
    enabled: id !== undefined,
    refetchInterval: ({ state: { data, error } }) =>
      (data ? isActiveRun(data.run) : error !== null && isTransient(error)) ? POLL_MS : false,
  });
  const run = id === undefined ? undefined : query.data?.run;
  const activeId = run !== undefined && isActiveRun(run) ? run.id : undefined;
  useRunEvents(activeId);

  const previousId = useRef<number>(undefined);
  useEffect(() => {
    if (previousId.current !== undefined && previousId.current !== activeId)
      void invalidateRoutes(queryClient, [connectionRoutes.getConnection, ...INVALIDATED_ROUTES]);
    previousId.current = activeId;
  }, [activeId, queryClient]);

  // A run that could not be loaded again is still shown; it is polled.
  return { run, error: run === undefined ? query.error : null };
}

/** Updates the cached run from its events. The first event of each connection is the whole run. */
function useRunEvents(id: number | undefined): void {
  const queryClient = useQueryClient();
  // Browsers allow six connections to a server for all tabs, so hidden tabs close theirs.
  const isVisible = useDocumentVisibility() === "visible";
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (id === undefined || !isVisible) return;
    let reconnectTimer: ReturnType<typeof setTimeout> | undefined;
    const events = new EventSource(routeUrl(runRoutes.followRun, { params: { id } }));
    events.addEventListener("message", ({ data }: MessageEvent<string>) => {
      const event = runSchema.safeParse(JSON.parse(data));
      if (!event.success) return;
      // Events leave out the settings, which never change.
      queryClient.setQueryData(routeQuery(runRoutes.getRun, { params: { id } }).queryKey, (before) => ({
        run: { ...before?.run, ...event.data },
      }));
    });
    events.addEventListener("error", () => {
      // The browser reconnects after a lost connection, but not after an error response.
      if (events.readyState === EventSource.CLOSED)
        reconnectTimer = setTimeout(() => setAttempt(attempt + 1), POLL_MS);
    });
    return () => {
      clearTimeout(reconnectTimer);
      events.close();
    };
  }, [id, isVisible, attempt, queryClient]);
}
