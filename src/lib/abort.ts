// Combines abort signals. AbortSignal.any in Node 20 keeps each result alive as long as its
// longest-lived source, and a run makes thousands of requests.

export interface LinkedSignal {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
  /** Detaches from the sources. Call it when the work is done. */
  release(): void;
}

/** Aborts when any of the sources does, with its reason, or when `abort` is called. */
export function linkSignals(...sources: readonly (AbortSignal | undefined)[]): LinkedSignal {
  const controller = new AbortController();
  const linked = sources.filter((source) => source !== undefined);
  const follow = () => {
    controller.abort(linked.find((source) => source.aborted)?.reason);
  };
  for (const source of linked) {
    if (source.aborted) controller.abort(source.reason);
    else source.addEventListener("abort", follow, { once: true });
  }
  return {
    signal: controller.signal,
    abort: (reason) => {
      controller.abort(reason);
    },
    release: () => {
      for (const source of linked) source.removeEventListener("abort", follow);
    },
  };
}

/**
 * Settles as the promise does, or rejects with the signal's reason if that comes first. The work
 * behind the promise continues.
 */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    const stop = () => {
      reject(signal.reason);
    };
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener("abort", stop);
    });
  });
}
