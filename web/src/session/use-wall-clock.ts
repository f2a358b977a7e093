// The clocks of the workspace's time zone, by which everybody sees dates and times of accounts.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { wallClock, type WallClock } from "../../../src/settings/time-zone.ts";
import { sessionQuery } from "./session.ts";

/** UTC until the session is loaded. */
export function useWallClock(): WallClock {
  const timeZone = useQuery(sessionQuery).data?.workspace.timeZone ?? "UTC";
  return useMemo(() => wallClock(timeZone), [timeZone]);
}
