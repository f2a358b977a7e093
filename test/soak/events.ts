// What can happen in a day, drawn from a deck: every kind comes up about as often as its cards, and none is forgotten. An event
// that cannot happen at that moment (nobody to bring back) does not, and is not counted.
import type { Random } from "../../simulator/load/random.ts";
import { accountEvents } from "./account-events.ts";
import { ourEvents } from "./local-events.ts";
import type { Kinds } from "./event-context.ts";
import { settingsEvents } from "./metadata-events.ts";
import { troubles } from "./fault-events.ts";

export const kinds: Kinds = { ...accountEvents, ...settingsEvents, ...ourEvents, ...troubles };

/** Cards in an order of its own; laid out anew when none is left. */
export class Deck {
  private readonly random: Random;
  private cards: string[] = [];

  constructor(random: Random) {
    this.random = random;
  }

  /** @param onlyFull only what a full run alone can see; undefined when the deck has no such card left */
  draw(onlyFull: boolean): string | undefined {
    if (this.cards.length === 0)
      this.cards = shuffled(
        Object.entries(kinds).flatMap(([name, { cards }]) => Array.from({ length: cards }, () => name)),
        this.random,
      );
    const at = onlyFull ? this.cards.findIndex((name) => kinds[name]?.onlyFull) : 0;
    return at < 0 ? undefined : this.cards.splice(at, 1)[0];
  }
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const order = list.map((item) => ({ item, place: random.next() }));
  return order.toSorted((a, b) => a.place - b.place).map(({ item }) => item);
}
