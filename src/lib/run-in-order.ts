// Runs tasks concurrently and yields their results in order.

/**
 * At most `concurrency` tasks run or wait to be yielded. The first failure is thrown; tasks that
 * are running then are not awaited.
 */
export async function* runInOrder<T>(
  tasks: readonly (() => Promise<T>)[],
  concurrency: number,
): AsyncGenerator<T> {
  const running: Promise<T>[] = [];
  let next = 0;
  for (let yielded = 0; yielded < tasks.length; yielded += 1) {
    for (; next < tasks.length && next < yielded + concurrency; next += 1) {
      const task = tasks[next]?.();
      task?.catch(() => {});
      if (task !== undefined) running.push(task);
    }
    const first = running.shift();
    if (first !== undefined) yield await first;
  }
}
