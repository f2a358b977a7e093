// Looks at a run that all who follow it in this process share, so that it costs the same however
// many tabs show it.
import { setTimeout as pause } from "node:timers/promises";

/**
 * The next look, after a while. Whoever asks before it is taken gets the same one, so of many who
 * follow a thing together the first says when it is looked at again.
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
    // All who asked may be gone by then.
    reading.catch(() => undefined);
    pending.set(id, reading);
    return reading;
  };
}
