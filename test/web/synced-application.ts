// Starts the application connected to a simulated Dynamics 365, set up, and synced once.
import { saveSettings } from "../../src/connections/connection.ts";
import { openFileConnection } from "../../src/connections/sign-in/open-client.ts";
import { createLog } from "../../src/lib/log.ts";
import { runSync } from "../../src/sync/run.ts";
import type { SyncSettings } from "../../src/settings/sync-settings.ts";
import { registerCleanup } from "../harness/cleanup.ts";
import type { WebOptions, WebWorkspace } from "../harness/web.ts";
import { startApplication } from "./harness.ts";

const MAPPING: SyncSettings["mapping"] = {
  name: "name",
  description: "description",
  domains: ["websiteurl", "emailaddress1"],
  fields: [
    { column: "ownerid", field: "Owner", type: "teammate" },
    { column: "industrycode", field: "Industry", type: "text" },
    { column: "numberofemployees", field: "Employees", type: "number" },
    { column: "donotemail", field: "No mail", type: "boolean" },
    { column: "createdon", field: "Customer since", type: "datetime" },
  ],
};

export async function startSyncedApplication(options: WebOptions = {}): Promise<WebWorkspace> {
  const workspace = await startApplication({ accounts: 300, ...options });
  const { simulator, database, clock } = workspace;
  const { origin, clientId, clientSecret } = simulator;
  const admin = await workspace.as("company-admin");
  await admin.post("/connection/app-only", { address: origin, clientId, clientSecret });
  for (const user of simulator.org.requireTable("systemuser").rows()) {
    const email = user["internalemailaddress"];
    if (typeof email === "string")
      await database.kysely
        .insertInto("teammates")
        .values({ email: email.toLowerCase(), name: String(user["fullname"]) })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
  }
  const settings = {
    selection: { kind: "all" },
    mapping: MAPPING,
    options: { allowDuplicateNames: false, onDomainTaken: "without-domain" },
  } as const;
  await saveSettings(database.kysely, settings);
  const log = createLog({ level: "silent" });
  const open = await openFileConnection(
    { simulator: origin, clock, log },
    {
      address: origin,
      signIn: {
        kind: "refresh-token",
        tenant: undefined,
        clientId,
        clientSecret: () => clientSecret,
        refreshToken: () => simulator.refreshToken,
        refreshTokenFile: undefined,
      },
    },
  );
  registerCleanup(() => open.close());
  await runSync(
    {
      database,
      source: open.source,
      settings: { ...settings, ownDomains: [], commonDomains: { add: [], remove: [] } },
      clock,
      maxAccounts: 500_000,
    },
    "sync",
  );
  clock.advance(3 * 60_000);
  return workspace;
}
