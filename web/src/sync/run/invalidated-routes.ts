// Routes whose answers a run may change when it starts, ends or waits, besides the connection.
import { accountRoutes } from "../../../../src/api/contract/accounts.ts";
import { connectionRoutes } from "../../../../src/api/contract/connection.ts";
import { runRoutes } from "../../../../src/api/contract/runs.ts";

export const INVALIDATED_ROUTES = [
  connectionRoutes.getSyncState,
  runRoutes.listRuns,
  runRoutes.listChanges,
  runRoutes.listProblems,
  runRoutes.listRunIssues,
  runRoutes.listIssueGroups,
  runRoutes.listBlockingDomains,
  runRoutes.listIssues,
  accountRoutes.listAccounts,
  accountRoutes.countAccounts,
  accountRoutes.getAccount,
  accountRoutes.getHistory,
  accountRoutes.listFields,
];
