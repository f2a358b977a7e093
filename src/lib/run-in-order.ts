// Several tasks at once, their results in order.

/** At most `atOnce` run or wait to be taken. The first failure ends it; what then still runs is left alone. */
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
