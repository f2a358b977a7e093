// Reads on while something else is waited for.

/**
 * The same items in the same order, none before `ready` is fulfilled; up to `atMost` of them are read and kept until then,
 * from now on. Whichever fails first is thrown; the source is closed then, and `ready` is settled.
 */
export function readAhead<T>(
  source: AsyncIterable<T>,
  ready: Promise<unknown>,
  maxBuffered: number,
): AsyncGenerator<T> {
  const items = bufferUntil(source, ready, maxBuffered);
  const first = items.next();
  // It is thrown to whoever reads; nobody may, once `ready` has failed.
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
