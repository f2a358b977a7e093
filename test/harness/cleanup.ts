import { afterAll, onTestFinished } from "vitest";

/** At the end of the running test, or of the file when no test runs (vitest throws then). */
export function registerCleanup(close: () => Promise<unknown>): void {
  try {
    onTestFinished(async () => void (await close()));
  } catch {
    afterAll(async () => void (await close()));
  }
}
