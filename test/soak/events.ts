// All kinds of events of a soak, and the order they happen in. A shuffle bag makes each kind come
// up in proportion to its weight and none be left out. An event that is impossible at that moment
// (no account to reactivate) does not happen and is not counted.
import type { Random } from "../../simulator/load/random.ts";
import { accountEvents } from "./account-events.ts";
import { localEvents } from "./local-events.ts";
import type { EventKinds } from "./event-context.ts";
import { metadataEvents } from "./metadata-events.ts";
import { faultEvents } from "./fault-events.ts";

export const kinds: EventKinds = { ...accountEvents, ...metadataEvents, ...localEvents, ...faultEvents };

/** Draws each name as often as its weight before it starts over in another order. */
export class ShuffleBag {
  private readonly random: Random;
  private names: string[] = [];

  constructor(random: Random) {
    this.random = random;
  }

  /**
   * @param needsFullRun whether to draw only an event that no changes-only run notices
   * @returns undefined if the bag has no such name left
   */
  draw(needsFullRun: boolean): string | undefined {
    if (this.names.length === 0)
      this.names = shuffled(
        Object.entries(kinds).flatMap(([name, { weight }]) => Array.from({ length: weight }, () => name)),
        this.random,
      );
    const at = needsFullRun ? this.names.findIndex((name) => kinds[name]?.needsFullRun) : 0;
    return at < 0 ? undefined : this.names.splice(at, 1)[0];
  }
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const ordered = list.map((item) => ({ item, order: random.next() }));
  return ordered.toSorted((a, b) => a.order - b.order).map(({ item }) => item);
}
