// Shares the reads of a run among all who follow it in this process, so that the cost does not
// depend on the number of open tabs.
import { setTimeout as pause } from "node:timers/promises";

/**
 * Returns a function that reads after a delay. Until that read starts, further calls for the same
 * id share it, and the first caller's delay counts.
 */
export function sharedReads<T>(read: (id: number) => Promise<T>): (id: number, inMs: number) => Promise<T> {
  const pending = new Map<number, Promise<T>>();
  return (id, inMs) => {
    const shared = pending.get(id);
    if (shared) return shared;
    const reading = pause(inMs, undefined, { ref: false }).then(() => {
      pending.delete(id);
      return read(id);
    });
    // All callers may be gone by then.
    reading.catch(() => undefined);
    pending.set(id, reading);
    return reading;
  };
}
