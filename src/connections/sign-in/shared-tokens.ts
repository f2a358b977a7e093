// The access tokens of a process: everything that opens the connection shares one token source, so
// that a token is used until it expires and not requested for every click.
import type { SignInContext } from "../../dataverse/auth/token-endpoint.ts";
import type { TokenSource } from "../../dataverse/auth/tokens.ts";
import { openHttp } from "../../lib/http.ts";
import type { Proxy } from "../../lib/proxy.ts";

/** How a source sends its requests; it outlives the client that was opened first. */
export type TokenTransport = Pick<SignInContext, "http" | "signal">;

export type SharedTokens = {
  /**
   * Returns the source of this sign-in, and creates it if there is none. A former sign-in's is
   * dropped.
   */
  sourceOf(generation: number, make: (transport: TokenTransport) => TokenSource): TokenSource;
  /** Drops the source, so that the next client requests a new token. */
  invalidate(): void;
  /** Aborts pending requests. */
  close(): Promise<void>;
};

/** @param proxy what requests to Microsoft go through; absent: nothing */
export function sharedTokens(proxy?: Proxy): SharedTokens {
  const http = openHttp({ proxy });
  const closed = new AbortController();
  let current: { readonly generation: number; readonly source: TokenSource } | undefined;
  return {
    sourceOf(generation, make) {
      if (current?.generation !== generation)
        current = { generation, source: make({ http, signal: closed.signal }) };
      return current.source;
    },
    invalidate() {
      current = undefined;
    },
    async close() {
      closed.abort();
      await http.close();
    },
  };
}
