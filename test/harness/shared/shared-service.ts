/** A service that all test files of a run share; it starts at the first request. */
export type SharedService = {
  /** @returns JSON for the requesting test file */
  get(): Promise<unknown>;
  close(): Promise<void>;
};
