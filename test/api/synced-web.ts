// The web application with accounts that were synced from its simulated Dynamics 365.
import { onTestFinished } from "vitest";
import { openFileConnection } from "../../src/connections/sign-in/open-client.ts";
import { saveSettings } from "../../src/connections/connection.ts";
import { loadDomainSettings } from "../../src/accounts/domains/settings.ts";
import { createLog } from "../../src/lib/log.ts";
import { runSync } from "../../src/sync/run.ts";
import type { RunSummary } from "../../src/sync/record/run-summary.ts";
import { logIn } from "../connections/browser-log-in.ts";
import { webWorkspace, type Browser, type WebWorkspace } from "../harness/web.ts";

const SETTINGS = {
  selection: { kind: "all" },
  mapping: {
    name: "name",
    domains: ["websiteurl", "emailaddress1"],
    fields: [{ column: "address1_city", field: "City", type: "text" }],
  },
  options: { allowDuplicateNames: false, onDomainTaken: "skip" },
} as const;

export type SyncedWeb = WebWorkspace & {
  readonly org: WebWorkspace["simulator"]["org"];
  readonly teammate: Browser;
  readonly admin: Browser;
  sync(mode?: "sync" | "plan"): Promise<RunSummary>;
  numberOf(name: string): Promise<number>;
  fieldNumber(name: string): Promise<number>;
};

/** Connected, with saved settings; nothing is synced yet. */
export async function syncedWeb(): Promise<SyncedWeb> {
  const web = await webWorkspace();
  const admin = await web.as("company-admin");
  const { database, simulator, clock } = web;
  await logIn(web, admin);
  await saveSettings(database.kysely, SETTINGS);
  const open = await openFileConnection(
    { simulator: simulator.origin, clock, log: createLog({ level: "silent" }) },
    {
      address: simulator.origin,
      signIn: {
        kind: "client-credentials",
        tenant: undefined,
        clientId: simulator.clientId,
        clientSecret: () => simulator.clientSecret,
      },
    },
  );
  onTestFinished(() => open.close());
  const idIn = async (table: "accounts" | "custom_fields", name: string): Promise<number> => {
    const rows = await database.kysely.selectFrom(table).select("id").where("name", "=", name).execute();
    if (rows.length !== 1) throw new Error(`${rows.length} of ${table} are called ${name}.`);
    return rows[0]!.id;
  };
  return {
    ...web,
    org: simulator.org,
    admin,
    teammate: await web.as("teammate"),
    sync: async (mode = "sync") => {
      const { own, commonAdded, commonRemoved } = await loadDomainSettings(database.kysely);
      const settings = {
        ...SETTINGS,
        ownDomains: own,
        commonDomains: { add: commonAdded, remove: commonRemoved },
      };
      return runSync({ database, source: open.source, settings, clock, maxAccounts: 500_000 }, mode);
    },
    numberOf: (name) => idIn("accounts", name),
    fieldNumber: (name) => idIn("custom_fields", name),
  };
}
