/** What all test files of one run share, started when the first of them asks for it. */
export type SharedService = {
  /** @returns JSON for the test file that asks */
  get(): Promise<unknown>;
  close(): Promise<void>;
};
