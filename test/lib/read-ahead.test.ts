import { describe, expect, test } from "vitest";
import { readAhead } from "../../src/lib/read-ahead.ts";

/** Numbers up to `last`, recording each that was read and whether the source was closed. */
function countTo(last: number) {
  const seen: (number | "closed")[] = [];
  async function* numbers() {
    try {
      for (let n = 1; n <= last; n++) {
        seen.push(n);
        yield n;
      }
    } finally {
      seen.push("closed");
    }
  }
  return { seen, numbers: numbers() };
}

async function collect(items: AsyncIterable<number>): Promise<number[]> {
  const all: number[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function deferred() {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve: () => resolve() };
}

const shortDelay = () => new Promise((resolve) => setTimeout(resolve, 20));

describe("reading ahead", () => {
  test("buffers up to the maximum until it is ready, and yields all in order", async () => {
    const { seen, numbers } = countTo(5);
    const { promise, resolve } = deferred();

    const read = collect(readAhead(numbers, promise, 3));
    await shortDelay();
    const before = [...seen];
    resolve();

    expect(before).toEqual([1, 2, 3]);
    expect(await read).toEqual([1, 2, 3, 4, 5]);
  });

  test("starts reading before the first item is requested", async () => {
    const { seen, numbers } = countTo(3);

    const items = readAhead(numbers, Promise.resolve(), 9);
    await shortDelay();
    const before = [...seen];

    expect(before).toEqual([1]);
    expect(await collect(items)).toEqual([1, 2, 3]);
  });

  test("closes the source when the reader stops at the first item", async () => {
    const { seen, numbers } = countTo(3);

    for await (const _ of readAhead(numbers, Promise.resolve(), 9)) break;

    expect(seen).toContain("closed");
  });

  test("waits for ready even when the source has ended", async () => {
    const { promise, resolve } = deferred();
    let given = 0;

    const read = (async () => {
      for await (const _ of readAhead(countTo(2).numbers, promise, 9)) given += 1;
    })();
    await shortDelay();
    const before = given;
    resolve();
    await read;

    expect([before, given]).toEqual([0, 2]);
  });

  test("a rejection of ready is thrown, and the source is closed", async () => {
    const { seen, numbers } = countTo(9);

    const read = collect(readAhead(numbers, Promise.reject(new Error("no database")), 3));

    await expect(read).rejects.toThrow("no database");
    expect(seen.at(-1)).toBe("closed");
  });

  test("an error of the source is thrown after ready has settled", async () => {
    const { promise, resolve } = deferred();
    let settled = false;
    async function* broken(): AsyncGenerator<number> {
      yield 1;
      throw new Error("cut");
    }

    const read = collect(readAhead(broken(), promise, 3)).finally(() => (settled = true));
    read.catch(() => undefined);
    await shortDelay();
    const before = settled;
    resolve();

    await expect(read).rejects.toThrow("cut");
    expect(before).toBe(false);
  });
});
