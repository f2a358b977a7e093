// Reads from a source while something else is awaited.

/**
 * Yields the items in order, none before `ready` is fulfilled; until then up to `maxBuffered` items
 * are read into a buffer, starting now. The first failure is thrown, after the source was closed
 * and `ready` has settled.
 */
export function readAhead<T>(
  source: AsyncIterable<T>,
  ready: Promise<unknown>,
  maxBuffered: number,
): AsyncGenerator<T> {
  const items = bufferUntil(source, ready, maxBuffered);
  const first = items.next();
  // The reader gets the rejection; it may never read if `ready` fails.
  first.catch(() => undefined);
  return prepend(first, items);
}

async function* prepend<T>(
  first: Promise<IteratorResult<T, unknown>>,
  rest: AsyncGenerator<T>,
): AsyncGenerator<T> {
  try {
    const { value, done } = await first;
    if (done === true) return;
    yield value;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

async function* bufferUntil<T>(
  source: AsyncIterable<T>,
  ready: Promise<unknown>,
  maxBuffered: number,
): AsyncGenerator<T> {
  let isSettled = false;
  const settle = (): void => void (isSettled = true);
  const settled = ready.then(settle, settle);
  let buffer: T[] = [];
  try {
    for await (const item of source) {
      buffer.push(item);
      if (!isSettled && buffer.length < maxBuffered) continue;
      await ready;
      const items = buffer;
      buffer = [];
      yield* items;
    }
    await ready;
    yield* buffer;
  } finally {
    await settled;
  }
}
