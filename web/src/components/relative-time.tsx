// Shows a time relative to now ("3 minutes ago"), kept up to date, with the exact time on hover.
import { Tooltip } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { formatRelativeTime, formatExactTime } from "../format/time.ts";

const TICK_MS = 20_000;

function subscribeToTick(onTick: () => void): () => void {
  const timer = setInterval(onTick, TICK_MS);
  return () => clearInterval(timer);
}

/** The current time rounded up to the tick, so that all times on a page change together. */
function currentTick(): number {
  return Math.floor(Date.now() / TICK_MS) * TICK_MS + TICK_MS;
}

export function RelativeTime({ at }: { at: string }) {
  const tick = useSyncExternalStore(subscribeToTick, currentTick);
  return (
    <Tooltip label={formatExactTime(at)}>
      <time dateTime={at}>{formatRelativeTime(at, tick)}</time>
    </Tooltip>
  );
}
