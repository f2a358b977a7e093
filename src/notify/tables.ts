/** Notices sent about a run, so that nobody gets one twice. */
export type RunNotice = { run_id: number; recipient: string; topic: string; at: Date };

declare module "../db/tables.ts" {
  interface Tables {
    run_notices: RunNotice;
  }
}
