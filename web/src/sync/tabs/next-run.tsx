// Shows when the next scheduled run is due, or why none is.
import type { ConnectionView } from "../../../../src/api/contract/connection.ts";
import { RelativeTime } from "../../components/relative-time.tsx";

const dateTimeFormat = new Intl.DateTimeFormat("en", {
  month: "short",
  day: "numeric",
  hour: "numeric",
  minute: "2-digit",
});

export function NextRun({ connection }: { connection: ConnectionView }) {
  const { nextRunAt } = connection;
  if (nextRunAt !== null)
    return (
      <>
        at {dateTimeFormat.format(new Date(nextRunAt))}, <RelativeTime at={nextRunAt} />
      </>
    );
  return noRunReason(connection);
}

/**
 * A user starts the first sync, also after it was stopped or failed. Until it is done no run is
 * due.
 */
function noRunReason({ lastSyncedAt, running, paused, attention }: ConnectionView): string {
  if (lastSyncedAt !== null) return paused ? "When it is resumed" : "When this is resolved";
  const first = "After the first sync";
  if (running !== null) return first;
  if (paused) return `${first}, once it is resumed`;
  if (attention !== null && attention.kind !== "run-failed") return `${first}, once this is resolved`;
  return `${first}: choose Sync now`;
}
