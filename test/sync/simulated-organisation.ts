// A simulated organisation without accounts, and clients that read it over real HTTP with pages of
// any size. They share a sign-in and connections, since a test has hundreds of stories with dozens
// of runs each.
import { storedRefreshTokens } from "../../src/dataverse/auth/tokens.ts";
import { connectDataverse, type DataverseClient } from "../../src/dataverse/client.ts";
import { discoverSignIn } from "../../src/dataverse/auth/discovery.ts";
import { normaliseAddress } from "../../src/dataverse/auth/environment-address.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { openHttp } from "../../src/lib/http.ts";
import { runSimulator, type RunningSimulator } from "../../simulator/main.ts";

export interface SimulatedOrganisation {
  readonly org: RunningSimulator["org"];
  /** Returns the client for a page size; reversed pages arrive last row of the last page first. */
  client(pageSize: number, isReversed?: boolean): Promise<DataverseClient>;
  close(): Promise<void>;
}

export async function simulatedOrganisation(): Promise<SimulatedOrganisation> {
  // Hundreds of stories in a minute would exceed the service's limits for one user.
  const simulator = await runSimulator({ limits: { windowMilliseconds: 100 } });
  const { clientId, clientSecret, refreshToken, org, origin } = simulator;
  const environment = normaliseAddress(origin, { simulatorOrigin: origin });
  const http = openHttp();
  const clock = systemClock;
  const authority = await discoverSignIn(environment, { http, clock });
  const tokens = storedRefreshTokens(
    { environment, authority, http, clock },
    { clientId, clientSecret, refreshToken, saveRefreshToken: async () => undefined },
  );
  const clients = new Map<string, DataverseClient>();
  return {
    org,
    client: async (pageSize, isReversed = false) => {
      const key = `${pageSize} ${isReversed}`;
      const known = clients.get(key);
      if (known) return known;
      const client = connectDataverse({ environment, tokens, clock, http, pageSize });
      // Stories change no columns, and metadata is by far the largest answer of a small organisation,
      // so it is read once.
      const columns = await client.accountColumns();
      const made = {
        ...client,
        accountColumns: async () => columns,
        ...(isReversed ? reversedReads(client) : {}),
      };
      clients.set(key, made);
      return made;
    },
    close: async () => {
      await http.close();
      await simulator.close();
    },
  };
}

function reversedReads(client: DataverseClient): Partial<DataverseClient> {
  return {
    readAccounts: (...request) => reversed(client.readAccounts(...request)),
    sweepAccounts: (...request) => reversed(client.sweepAccounts(...request)),
    fetchByIds: (...request) => reversed(client.fetchByIds(...request)),
  };
}

async function* reversed<T>(pages: AsyncIterable<readonly T[]>): AsyncGenerator<T[]> {
  const all: T[][] = [];
  for await (const page of pages) all.unshift(page.toReversed());
  yield* all;
}
