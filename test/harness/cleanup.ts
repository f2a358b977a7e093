import { afterAll, onTestFinished } from "vitest";

/**
 * Calls `close` after the running test; after the file if no test runs, which vitest tells by an
 * error.
 */
export function registerCleanup(close: () => Promise<unknown>): void {
  try {
    onTestFinished(async () => void (await close()));
  } catch {
    afterAll(async () => void (await close()));
  }
}
