// Reads the pages of a full run as our client does.
import { connectDataverse } from "../src/dataverse/client.ts";
import type { DataverseClient } from "../src/dataverse/client.ts";
import { normaliseAddress } from "../src/dataverse/auth/environment-address.ts";
import type { AccountVersion } from "../src/dataverse/model.ts";
import { discoverSignIn } from "../src/dataverse/auth/discovery.ts";
import { clientCredentialTokens } from "../src/dataverse/auth/tokens.ts";
import { systemClock } from "../src/lib/clock.ts";
import { openHttp, type Http, type HttpRequest } from "../src/lib/http.ts";
import { mappedColumns, type Source } from "./workload.ts";

export interface SourcePages {
  /** Reads all rows, page by page, prefetched as in a run. */
  read(): AsyncGenerator<unknown[]>;
  /** Reads ids and versions of the same accounts. */
  sweep(): AsyncGenerator<readonly AccountVersion[]>;
  /** Reads some accounts by id, in any state. */
  fetch(ids: readonly string[]): AsyncGenerator<unknown[]>;
  /** Returns a bearer token for the source. */
  token(): Promise<string>;
  close(): Promise<void>;
}

/** @param onRequest is called before every request */
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
  const authority = await discoverSignIn(environment, { http, clock });
  const tokens = clientCredentialTokens({ environment, authority, http, clock }, source);
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

/** The order is that of a run, because the page cache looks pages up by their URL. */
async function columnsOf(client: DataverseClient): Promise<string[]> {
  const offered = await client.accountColumns();
  return offered.map(({ logicalName }) => logicalName).filter((name) => mappedColumns.includes(name));
}
