// The time limit of requests to Dynamics 365 for which a person waits.
import { ApiError } from "../implement.ts";

export const DYNAMICS_TIMEOUT_MS = 60_000;

/** @throws ApiError 504 */
export async function withDynamicsTimeout<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(DYNAMICS_TIMEOUT_MS);
  try {
    return await work(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new ApiError(
      504,
      "slow",
      "Dynamics 365 did not answer within a minute; it may be busy or under maintenance. Try again.",
    );
  }
}
