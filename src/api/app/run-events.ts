// A run as server-sent events (HTML Living Standard, "Server-sent events"). Each event is a whole
// run, sent when it differs from the last one, until the run is final. It is read from the
// database, so any process can serve any run.
import type { FastifyReply } from "fastify";
import { untilAborted } from "../../lib/abort.ts";
import { isActiveRun, type RunView } from "../contract/runs.ts";

/**
 * Polling starts fast, because many runs end soon; the interval is half of the time so far, within
 * these limits.
 */
const POLL_INTERVAL_MS = { min: 20, max: 500 };
/** The browser's delay before it reconnects; its own default is several seconds. */
const RECONNECT_DELAY_MS = 1000;
/** Interval of comments, because proxies close a connection that is silent for a minute. */
const HEARTBEAT_INTERVAL_MS = 15_000;

/**
 * Ends when the run is final, or when the browser or the server closes the connection.
 * @param run as it is now
 * @param readLater reads the run again after a delay
 */
export async function sendRunEvents(
  reply: FastifyReply,
  run: RunView,
  readLater: (inMs: number) => Promise<RunView>,
): Promise<void> {
  const closed = new AbortController();
  const { raw } = reply.hijack();
  raw.on("close", () => closed.abort());
  raw.on("finish", () => closed.abort());
  raw.writeHead(200, {
    ...headersOf(reply),
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    // nginx would buffer the events.
    "x-accel-buffering": "no",
  });
  raw.write(`retry: ${RECONNECT_DELAY_MS}\n\n`);
  let sent = "";
  let elapsedMs = 0;
  let silentMs = 0;
  try {
    for (;;) {
      const event = JSON.stringify(run);
      if (event !== sent) raw.write(`data: ${event}\n\n`);
      else if (silentMs >= HEARTBEAT_INTERVAL_MS) raw.write(": still there\n\n");
      if (event !== sent || silentMs >= HEARTBEAT_INTERVAL_MS) silentMs = 0;
      sent = event;
      if (!isActiveRun(run)) break;
      const waitMs = Math.min(POLL_INTERVAL_MS.max, Math.max(POLL_INTERVAL_MS.min, elapsedMs / 2));
      run = await untilAborted(readLater(waitMs), closed.signal);
      elapsedMs += waitMs;
      silentMs += waitMs;
    }
  } catch {
    // The connection was closed, or the database is unavailable: the browser reconnects in either case.
  }
  if (!raw.writableEnded) raw.end();
}

/** Returns the headers that the server's hooks have set, which a hijacked reply would lose. */
function headersOf(reply: FastifyReply): Record<string, string | string[]> {
  const headers = Object.entries(reply.getHeaders()).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, typeof value === "number" ? String(value) : value] as const],
  );
  return Object.fromEntries(headers);
}
