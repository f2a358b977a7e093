// What can happen in a day, drawn from a deck: every kind comes up about as often as its cards, and none is forgotten. An event
// that cannot happen at that moment (nobody to bring back) does not, and is not counted.
import type { Random } from "../../simulator/load/random.ts";
import { accountEvents } from "./account-events.ts";
import { localEvents } from "./local-events.ts";
import type { EventKinds } from "./event-context.ts";
import { metadataEvents } from "./metadata-events.ts";
import { faultEvents } from "./fault-events.ts";

export const kinds: EventKinds = { ...accountEvents, ...metadataEvents, ...localEvents, ...faultEvents };

/** Cards in an order of its own; laid out anew when none is left. */
export class ShuffleBag {
  private readonly random: Random;
  private names: string[] = [];

  constructor(random: Random) {
    this.random = random;
  }

  /** @param needsFullRun only what a full run alone can see; undefined when the deck has no such card left */
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
  const order = list.map((item) => ({ item, place: random.next() }));
  return order.toSorted((a, b) => a.place - b.place).map(({ item }) => item);
}
