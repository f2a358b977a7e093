// A run as it goes: asked once, then followed over server-sent events until it ends or waits. Events may fail in any way (a
// server that restarts, a proxy that holds them back): then it is asked again and again, so that no end is missed.
import { useDocumentVisibility } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { connectionRoutes } from "../../../../src/api/contract/connection.ts";
import { run as runSchema, runRoutes } from "../../../../src/api/contract/runs.ts";
import { addressOf } from "../../client/call-route.ts";
import { markStale, mayPass, queryOf } from "../../client/queries.ts";
import { isUnderWay } from "./format-run.ts";
import { TOUCHED } from "./invalidated-routes.ts";

const ASK_AGAIN_MS = 5000;

export function useRun(id: number | undefined) {
  const queries = useQueryClient();
  const query = useQuery({
    ...queryOf(runRoutes.getRun, { params: { id: id ?? 0 } }),
    enabled: id !== undefined,
    refetchInterval: ({ state: { data, error } }) =>
      (data ? isUnderWay(data.run) : error !== null && mayPass(error)) ? ASK_AGAIN_MS : false,
  });
  const run = id === undefined ? undefined : query.data?.run;
  const underWay = run !== undefined && isUnderWay(run) ? run.id : undefined;
  useEvents(underWay);

  const followed = useRef<number>(undefined);
  useEffect(() => {
    if (followed.current !== undefined && followed.current !== underWay)
      void markStale(queries, [connectionRoutes.getConnection, ...TOUCHED]);
    followed.current = underWay;
  }, [underWay, queries]);

  // An answer that fails to be renewed is still the best there is; it is asked again.
  return { run, error: run === undefined ? query.error : null };
}

/** Keeps the answer to "get this run" as new as its events tell; the first event of each connection is the whole run. */
function useEvents(id: number | undefined): void {
  const queries = useQueryClient();
  // A browser has six connections to a server, for all its tabs; one that nobody looks at gives its own back.
  const seen = useDocumentVisibility() === "visible";
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (id === undefined || !seen) return;
    let later: ReturnType<typeof setTimeout> | undefined;
    const events = new EventSource(addressOf(runRoutes.followRun, { params: { id } }));
    events.addEventListener("message", ({ data }: MessageEvent<string>) => {
      const told = runSchema.safeParse(JSON.parse(data));
      if (!told.success) return;
      // An event leaves out the settings, which never change.
      queries.setQueryData(queryOf(runRoutes.getRun, { params: { id } }).queryKey, (before) => ({
        run: { ...before?.run, ...told.data },
      }));
    });
    events.addEventListener("error", () => {
      // A connection that was cut is opened again by the browser; one that was answered with an error is not.
      if (events.readyState === EventSource.CLOSED)
        later = setTimeout(() => setAttempt(attempt + 1), ASK_AGAIN_MS);
    });
    return () => {
      clearTimeout(later);
      events.close();
    };
  }, [id, seen, attempt, queries]);
}
