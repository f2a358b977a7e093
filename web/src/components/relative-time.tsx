// A moment in words that stay true while one looks, the exact one on hover.
import { Tooltip } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { ago, exactly } from "../format/time.ts";

const TICK_MS = 20_000;

function onTick(changed: () => void): () => void {
  const timer = setInterval(changed, TICK_MS);
  return () => clearInterval(timer);
}

/** The time to the tick, the same for everything on the page. */
function now(): number {
  return Math.floor(Date.now() / TICK_MS) * TICK_MS + TICK_MS;
}

export function Moment({ at }: { at: string }) {
  const tick = useSyncExternalStore(onTick, now);
  return (
    <Tooltip label={exactly(at)}>
      <time dateTime={at}>{ago(at, tick)}</time>
    </Tooltip>
  );
}
