// The pages of a full run, as our client asks for them.
import { connectDataverse } from "../src/dataverse/client.ts";
import type { DataverseClient } from "../src/dataverse/client.ts";
import { normaliseAddress } from "../src/dataverse/address.ts";
import type { AccountVersion } from "../src/dataverse/model.ts";
import { discoverSignIn } from "../src/dataverse/discovery.ts";
import { clientCredentialTokens } from "../src/dataverse/tokens.ts";
import { systemClock } from "../src/lib/clock.ts";
import { openHttp, type Http, type HttpRequest } from "../src/lib/http.ts";
import { mappedColumns, type Source } from "./workload.ts";

export interface SourcePages {
  /** All of them, one page after the other, read ahead as in a run. */
  read(): AsyncGenerator<unknown[]>;
  /** Ids and versions of the same accounts. */
  sweep(): AsyncGenerator<readonly AccountVersion[]>;
  /** Some of them, in any state. */
  fetch(ids: readonly string[]): AsyncGenerator<unknown[]>;
  /** A bearer token for the source. */
  token(): Promise<string>;
  close(): Promise<void>;
}

/** @param onRequest sees every request before it goes out */
export async function openSourcePages(
  source: Source,
  onRequest: (request: HttpRequest) => void = () => undefined,
): Promise<SourcePages> {
  const environment = normaliseAddress(source.origin, { simulatorOrigin: source.origin });
  const connection = openHttp();
  const http: Http = {
    close: () => connection.close(),
    send: (request) => {
      onRequest(request);
      return connection.send(request);
    },
  };
  const clock = systemClock;
  const place = await discoverSignIn(environment, { http, clock });
  const tokens = clientCredentialTokens({ environment, place, http, clock }, source);
  const client = connectDataverse({ environment, tokens, clock, http });
  const columns = await columnsOf(client);
  return {
    read: () => client.readAccounts({ kind: "all" }, columns),
    sweep: () => client.sweepAccounts({ kind: "all" }),
    fetch: (ids) => client.fetchByIds(ids, columns),
    token: () => tokens.token(),
    close: () => connection.close(),
  };
}

/** In the order of a run, because a page that was rendered beforehand is known by its address. */
async function columnsOf(client: DataverseClient): Promise<string[]> {
  const offered = await client.accountColumns();
  return offered.map(({ logicalName }) => logicalName).filter((name) => mappedColumns.includes(name));
}
