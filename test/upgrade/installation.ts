// An installation on a given database: the real server and its runner, without a worker, so that
// no run is taken before the test has looked.
import { runSimulator, type RunningSimulator } from "../../simulator/main.ts";
import type { Org } from "../../simulator/org/org.ts";
import { buildWebApp } from "../../src/app.ts";
import { readConfig } from "../../src/config.ts";
import type { Runner } from "../../src/jobs/runner.ts";
import type { Clock } from "../../src/lib/clock.ts";
import { createLog } from "../../src/lib/log.ts";
import type { TestDatabase } from "../harness/database.ts";
import { registerCleanup } from "../harness/cleanup.ts";
import { browserAt, type Browser } from "../harness/web.ts";

const PUBLIC_URL = "http://127.0.0.1";

export type Installation = {
  readonly database: TestDatabase;
  readonly runner: Runner;
  /** A browser with the cookie of this session. */
  readonly browser: (token: string) => Browser;
};

/** On a free port, with the same credentials each time. */
export async function serveOrganisation(org: Org): Promise<RunningSimulator> {
  const simulator = await runSimulator({ org });
  registerCleanup(() => simulator.close());
  return simulator;
}

export async function startInstallation(
  database: TestDatabase,
  simulator: RunningSimulator,
  clock: Clock,
): Promise<Installation> {
  const log = createLog({ level: "silent" });
  const { tenantId, clientId, clientSecret } = simulator;
  const config = readConfig({
    SLUICE_SIMULATOR: simulator.origin,
    SLUICE_PUBLIC_URL: PUBLIC_URL,
    SLUICE_KEY: "5a".repeat(32),
    SLUICE_DYNAMICS_CLIENT_ID: clientId,
    SLUICE_DYNAMICS_CLIENT_SECRET: clientSecret,
    SLUICE_ENTRA_TENANT: tenantId,
    SLUICE_ENTRA_CLIENT_ID: clientId,
    SLUICE_ENTRA_CLIENT_SECRET: clientSecret,
  });
  const web = await buildWebApp({ config, database, clock, log }, () => PUBLIC_URL);
  const origin = await web.server.listen({ host: "127.0.0.1", port: 0 });
  registerCleanup(() => web.close());
  return {
    database,
    runner: web.runner,
    browser: (token) => browserAt(origin, token),
  };
}
