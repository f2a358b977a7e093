// When the sync runs next by itself, or why it does not.
import type { ConnectionView } from "../../../../src/api/contract/connection.ts";
import { Moment } from "../../look/moment.tsx";

const at = new Intl.DateTimeFormat("en", {
  month: "short",
  day: "numeric",
  hour: "numeric",
  minute: "2-digit",
});

export function NextRun({ connection }: { connection: ConnectionView }) {
  const { nextRunAt, paused, state } = connection;
  if (nextRunAt !== null)
    return (
      <>
        at {at.format(new Date(nextRunAt))}, <Moment at={nextRunAt} />
      </>
    );
  if (paused) return "When it is resumed";
  return state === "needs-attention" ? "When this is settled" : "Not planned";
}
