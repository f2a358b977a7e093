// A run as it goes: asked once, then followed over server-sent events until it ends or waits. Events may fail in any way (a
// server that restarts, a proxy that holds them back): then it is asked again and again, so that no end is missed.
import { useDocumentVisibility } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { connectionRoutes } from "../../../../src/api/contract/connection.ts";
import { run as runSchema, runRoutes } from "../../../../src/api/contract/runs.ts";
import { routeUrl } from "../../client/call-route.ts";
import { invalidateRoutes, isTransient, routeQuery } from "../../client/queries.ts";
import { isActive } from "./format-run.ts";
import { INVALIDATED_ROUTES } from "./invalidated-routes.ts";

const POLL_MS = 5000;

export function useRun(id: number | undefined) {
  const queryClient = useQueryClient();
  const query = useQuery({
    ...routeQuery(runRoutes.getRun, { params: { id: id ?? 0 } }),
    enabled: id !== undefined,
    refetchInterval: ({ state: { data, error } }) =>
      (data ? isActive(data.run) : error !== null && isTransient(error)) ? POLL_MS : false,
  });
  const run = id === undefined ? undefined : query.data?.run;
  const activeId = run !== undefined && isActive(run) ? run.id : undefined;
  useRunEvents(activeId);

  const previousId = useRef<number>(undefined);
  useEffect(() => {
    if (previousId.current !== undefined && previousId.current !== activeId)
      void invalidateRoutes(queryClient, [connectionRoutes.getConnection, ...INVALIDATED_ROUTES]);
    previousId.current = activeId;
  }, [activeId, queryClient]);

  // An answer that fails to be renewed is still the best there is; it is asked again.
  return { run, error: run === undefined ? query.error : null };
}

/** Keeps the answer to "get this run" as new as its events tell; the first event of each connection is the whole run. */
function useRunEvents(id: number | undefined): void {
  const queryClient = useQueryClient();
  // A browser has six connections to a server, for all its tabs; one that nobody looks at gives its own back.
  const isVisible = useDocumentVisibility() === "visible";
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (id === undefined || !isVisible) return;
    let reconnectTimer: ReturnType<typeof setTimeout> | undefined;
    const events = new EventSource(routeUrl(runRoutes.followRun, { params: { id } }));
    events.addEventListener("message", ({ data }: MessageEvent<string>) => {
      const event = runSchema.safeParse(JSON.parse(data));
      if (!event.success) return;
      // An event leaves out the settings, which never change.
      queryClient.setQueryData(routeQuery(runRoutes.getRun, { params: { id } }).queryKey, (before) => ({
        run: { ...before?.run, ...event.data },
      }));
    });
    events.addEventListener("error", () => {
      // A connection that was cut is opened again by the browser; one that was answered with an error is not.
      if (events.readyState === EventSource.CLOSED)
        reconnectTimer = setTimeout(() => setAttempt(attempt + 1), POLL_MS);
    });
    return () => {
      clearTimeout(reconnectTimer);
      events.close();
    };
  }, [id, isVisible, attempt, queryClient]);
}
