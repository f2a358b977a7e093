// Generates pseudo-random numbers that depend on a seed and a row's index alone, so that any row
// can be generated again by itself: sfc32 (Chris Doty-Humphrey, PractRand), seeded anew for each
// row.

export class Random {
  private a = 0;
  private b = 0;
  private c = 0;
  private counter = 1;

  constructor(seed: string, index: number) {
    let hash = 0x811c9dc5;
    for (let at = 0; at < seed.length; at += 1) hash = Math.imul(hash ^ seed.charCodeAt(at), 0x01000193);
    this.a = hash;
    this.b = index | 0;
    this.c = Math.imul(index + 0x9e3779b9, 0x85ebca6b) ^ hash;
    for (let round = 0; round < 12; round += 1) this.next();
  }

  /** Returns an unsigned 32-bit number. */
  next(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** Returns a whole number from 0 to `limit` − 1. */
  below(limit: number): number {
    return Math.floor((this.next() / 4294967296) * limit);
  }

  /** Returns true in `percent` of 100 cases. */
  chance(percent: number): boolean {
    return this.next() < percent * 42949672.96;
  }

  /** @throws Error when the list is empty */
  pick<T>(list: readonly T[]): T {
    const item = list[this.below(list.length)];
    if (item === undefined) throw new Error("There is nothing to pick from.");
    return item;
  }

  /** Returns a version 4 guid in lower case; its text order and SQL Server's order are unrelated. */
  guid(): string {
    for (let at = 0, bits = 0; at < GUID_DIGITS.length; at += 1) {
      if (at % 8 === 0) bits = this.next();
      guid[GUID_DIGITS[at] ?? 0] = HEX[bits & 15] ?? 0;
      bits >>>= 4;
    }
    guid[14] = 0x34;
    guid[19] = HEX[8 | ((guid[19] ?? 0) & 3)] ?? 0;
    return guid.toString("latin1");
  }
}

// Writing into one buffer avoids V8's concatenation trees, which take 445 bytes an id instead of
// 56.
const guid = Buffer.from("00000000-0000-0000-0000-000000000000", "latin1");
const GUID_DIGITS = [...guid.keys()].filter((at) => guid[at] !== 0x2d);
const HEX = Buffer.from("0123456789abcdef", "latin1");
