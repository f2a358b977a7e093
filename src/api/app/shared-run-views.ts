// Looks at a run that all who follow it in this process share, so that it costs the same however
// many tabs show it.
import { setTimeout as pause } from "node:timers/promises";

/**
 * The next look, after a while. Whoever asks before it is taken gets the same one, so of many who
 * follow a thing together the first says when it is looked at again.
 */
export function sharedLooks<T>(look: (id: number) => Promise<T>): (id: number, inMs: number) => Promise<T> {
  const next = new Map<number, Promise<T>>();
  return (id, inMs) => {
    const known = next.get(id);
    if (known) return known;
    const taken = pause(inMs, undefined, { ref: false }).then(() => {
      next.delete(id);
      return look(id);
    });
    // All who asked may be gone by then.
    taken.catch(() => undefined);
    next.set(id, taken);
    return taken;
  };
}
