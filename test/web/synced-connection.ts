// A connection with thirty synced accounts, for tests of the sync page.
import { loadConnection } from "../../src/connections/connection.ts";
import { builtPages } from "../harness/pages.ts";
import { connectedWeb, SETTINGS, type Connected } from "../jobs/connected.ts";

type Synced = Connected & { readonly ids: readonly string[] };

/** The accounts have a custom column that feeds their domains. */
export async function syncedConnection(): Promise<Synced> {
  const connected = await connectedWeb({ ui: await builtPages() });
  const { org } = connected;
  org.addColumn({ schemaName: "new_domain", type: "String", label: "Domain" });
  const ids = Array.from({ length: 30 }, (_, index) =>
    org.createAccount({ name: `Company ${index}`, new_domain: `company-${index}.com` }),
  );
  const mapping = { ...SETTINGS.mapping, domains: ["new_domain"] };
  await connected.apply((await connected.plan({ mapping })).id);
  return { ...connected, ids };
}

export const savedConnection = async ({ web }: Connected) => loadConnection(web.database.kysely);
