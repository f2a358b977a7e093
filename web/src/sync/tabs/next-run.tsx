// When the sync runs next by itself, or why it does not.
import type { ConnectionView } from "../../../../src/api/contract/connection.ts";
import { Moment } from "../../components/relative-time.tsx";

const at = new Intl.DateTimeFormat("en", {
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
        at {at.format(new Date(nextRunAt))}, <Moment at={nextRunAt} />
      </>
    );
  return whyNone(connection);
}

/** The first sync is started by a person, and so is what is left of it when it stopped or failed: until then nothing is due. */
function whyNone({ lastSyncedAt, running, paused, attention }: ConnectionView): string {
  if (lastSyncedAt !== null) return paused ? "When it is resumed" : "When this is settled";
  const first = "After the first sync";
  if (running !== null) return first;
  if (paused) return `${first}, once it is resumed`;
  if (attention !== null && attention.kind !== "run-failed") return `${first}, once this is settled`;
  return `${first}: choose Sync now`;
}
