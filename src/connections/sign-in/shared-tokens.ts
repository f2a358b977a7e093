// The access tokens of a process: one source for all that opens the connection in it, so that a
// token is used until it ends, and not one asked for with every click.
import type { SignInContext } from "../../dataverse/auth/token-endpoint.ts";
import type { TokenSource } from "../../dataverse/auth/tokens.ts";
import { openHttp } from "../../lib/http.ts";

/** What a source sends its requests with; it outlives the client that happened to come first. */
export type TokenTransport = Pick<SignInContext, "http" | "signal">;

export type SharedTokens = {
  /** The source of this sign-in, made if there is none yet; that of a former sign-in is dropped. */
  sourceOf(generation: number, make: (transport: TokenTransport) => TokenSource): TokenSource;
  /** Whoever opens the connection next asks Microsoft Entra ID anew. */
  invalidate(): void;
  /** Ends what is being asked. */
  close(): Promise<void>;
};

export function sharedTokens(): SharedTokens {
  const http = openHttp();
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
