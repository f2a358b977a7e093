// The time and delays are injected, so that a test can move an hour in no time, and every delay
// ends with its signal.

export interface Clock {
  now(): Date;
  /** Resolves after `ms`; rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface SettableClock extends Clock {
  set(to: Date): void;
  advance(ms: number): void;
  /** All delays so far, in milliseconds. */
  readonly sleeps: readonly number[];
}

// setTimeout stores its delay as a signed 32-bit integer and fires at once if it is longer (Node.js
// documentation, "Timers").
const MAX_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => new Date(),
  async sleep(ms, signal) {
    for (let left = Math.max(0, ms); ; left -= MAX_TIMER_MS) {
      await timer(Math.min(left, MAX_TIMER_MS), signal);
      if (left <= MAX_TIMER_MS) return;
    }
  },
};

/** A clock for tests: time moves only by calls, and `sleep` advances it at once. */
export function createSettableClock(start: Date | string): SettableClock {
  let time = new Date(start).getTime();
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => new Date(time),
    set: (to) => {
      time = to.getTime();
    },
    advance: (ms) => {
      time += ms;
    },
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      sleeps.push(ms);
      time += ms;
    },
  };
}

function timer(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const stop = () => {
      clearTimeout(handle);
      reject(signal?.reason);
    };
    const handle = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
