// Reads the columns of account in a simulator, and their values, with our own client.
import { normaliseAddress } from "../../src/dataverse/auth/environment-address.ts";
import { connectDataverse } from "../../src/dataverse/client.ts";
import { discoverSignIn } from "../../src/dataverse/auth/discovery.ts";
import type { Column, RawRow } from "../../src/dataverse/model.ts";
import { storedRefreshTokens } from "../../src/dataverse/auth/tokens.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { openHttp } from "../../src/lib/http.ts";
import type { RunOptions } from "../../simulator/main.ts";
import { startSession } from "./simulator-session.ts";

export interface SimulatedColumns {
  readonly columns: readonly Column[];
  readonly rows: readonly RawRow[];
}

export async function simulatedColumns(options: RunOptions): Promise<SimulatedColumns> {
  await using session = await startSession({ accounts: 40, ...options });
  const { origin, clientId, clientSecret, refreshToken } = session.simulator;
  const environment = normaliseAddress(origin, { simulatorOrigin: origin });
  const http = openHttp();
  const clock = systemClock;
  try {
    const authority = await discoverSignIn(environment, { http, clock });
    const tokens = storedRefreshTokens(
      { environment, authority, http, clock },
      { clientId, clientSecret, refreshToken, saveRefreshToken: async () => undefined },
    );
    const client = connectDataverse({ environment, tokens, clock, http });
    const columns = await client.accountColumns();
    const rows: RawRow[] = [];
    const names = columns.map(({ logicalName }) => logicalName);
    for await (const page of client.readAccounts({ kind: "all" }, names)) rows.push(...page);
    return { columns, rows };
  } finally {
    await http.close();
  }
}
