// What the exit codes mean to scripts. `sluice --help` and the README document them; do not
// renumber.

export const exitCodes = {
  /**
   * Skipped accounts and issues are normal: the report lists them, and a nightly job need not alert
   * anybody.
   */
  done: 0,
  failedAccounts: 1,
  usage: 2,
  source: 3,
  attention: 4,
  database: 5,
  busy: 6,
  unexpected: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodeHelp = `Exit codes:
  0    done; skipped accounts and issues are in the report
  1    done, but some accounts failed: they changed here during the run; sync again
  2    the command, the connection file, a setting or an input file is wrong
  3    Dynamics 365 or its sign-in cannot be used
  4    an admin must look: a view or column is gone, a plan waits or is out of date, too many accounts,
       or the sync is paused
  5    the database cannot be used
  6    another run is under way
  70   something unexpected; please report it
  130  interrupted, or stopped by somebody in the app; the next "sluice sync" continues`;
