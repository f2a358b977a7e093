/** Who was told what about a run, so that nobody is told twice. */
export type RunNotice = { run_id: number; recipient: string; topic: string; at: Date };

declare module "../db/tables.ts" {
  interface Tables {
    run_notices: RunNotice;
  }
}
