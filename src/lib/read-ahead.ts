// Reads on while something else is waited for.

/**
 * The same items in the same order, none before `ready` is fulfilled; up to `atMost` of them are read and kept until then.
 * Whichever fails first is thrown; the source is closed then, and `ready` is settled.
 */
export async function* readAhead<T>(
  source: AsyncIterable<T>,
  ready: Promise<unknown>,
  atMost: number,
): AsyncGenerator<T> {
  let isSettled = false;
  const settle = (): void => void (isSettled = true);
  const settled = ready.then(settle, settle);
  let kept: T[] = [];
  try {
    for await (const item of source) {
      kept.push(item);
      if (!isSettled && kept.length < atMost) continue;
      await ready;
      const items = kept;
      kept = [];
      yield* items;
    }
    await ready;
    yield* kept;
  } finally {
    await settled;
  }
}
