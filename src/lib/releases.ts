// Releases resources in reverse order, each once, also when a start failed half-way.

export type Release = () => void | Promise<void>;

export interface Releases {
  add(release: Release): void;
  /**
   * Runs the added functions, newest first, and then throws their errors. A second call runs only
   * those added since.
   */
  release(): Promise<void>;
}

export function createReleases(): Releases {
  const stack: Release[] = [];
  return {
    add: (release) => {
      stack.push(release);
    },
    release: async () => {
      const failures: unknown[] = [];
      for (let release = stack.pop(); release !== undefined; release = stack.pop()) {
        try {
          await release();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length === 1) throw failures[0];
      if (failures.length > 1) throw new AggregateError(failures, "Several parts could not be stopped.");
    },
  };
}

/**
 * Runs the work and then releases. If both fail, the work's error is thrown, since it is the cause.
 */
export async function withReleases<T>(work: (releases: Releases) => Promise<T>): Promise<T> {
  const releases = createReleases();
  let result: T;
  try {
    result = await work(releases);
  } catch (error) {
    await releases.release().catch(() => {});
    throw error;
  }
  await releases.release();
  return result;
}
