// Opens a client of Dynamics 365 from an environment, a sign-in authority and tokens. A connection
// file is opened here, the connection made in the app in open-stored-connection.ts; both use
// `openClient`.
import { normaliseAddress, type Environment } from "../../dataverse/auth/environment-address.ts";
import { connectDataverse, type DataverseClient } from "../../dataverse/client.ts";
import { discoverSignIn, type SignInAuthority } from "../../dataverse/auth/discovery.ts";
import {
  clientCredentialTokens,
  storedRefreshTokens,
  type TokenSource,
} from "../../dataverse/auth/tokens.ts";
import type { SignInContext } from "../../dataverse/auth/token-endpoint.ts";
import type { Clock } from "../../lib/clock.ts";
import { openHttp } from "../../lib/http.ts";
import type { Log } from "../../lib/log.ts";
import type { Proxy } from "../../lib/proxy.ts";
import { createReleases } from "../../lib/releases.ts";
import { dynamicsSource } from "../../sync/source/dynamics.ts";
import type { Source } from "../../sync/source/source.ts";
import type { ConnectionSettings, SignIn } from "../file/connection-file.ts";
import { assertTokenFileWritable, saveToken } from "./token-file.ts";

/** What every client of Dynamics 365 needs besides its connection. */
export type ClientDeps = {
  /** The only origin besides Microsoft's that may be contacted, if any. */
  readonly simulator: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** What requests to Microsoft go through; absent: nothing. */
  readonly proxy?: Proxy | undefined;
};

export type OpenConnection = {
  readonly environment: Environment;
  readonly authority: SignInAuthority;
  readonly client: DataverseClient;
  readonly source: Source;
  close(): Promise<void>;
};

export type OpenOptions = { readonly signal?: AbortSignal | undefined; readonly pageSize?: number };

/**
 * Parses an address, and logs a warning if it is the simulator's.
 * @throws AddressError
 */
export function environmentAt(deps: ClientDeps, address: string): Environment {
  const environment = normaliseAddress(address, { simulatorOrigin: deps.simulator });
  if (environment.region === "simulator") {
    deps.log.warn(`Connecting to the simulator at ${environment.origin}, not to Dynamics 365.`);
  }
  return environment;
}

/**
 * Opens a client. If the authority is unknown, one request without any secret discovers it.
 * @throws AddressError, DataverseError, ProtocolError
 */
export async function openClient(
  deps: ClientDeps,
  target: {
    readonly environment: Environment;
    readonly authority?: SignInAuthority;
    readonly tenant?: string | undefined;
  },
  tokensFor: (context: SignInContext) => TokenSource,
  options: OpenOptions = {},
): Promise<OpenConnection> {
  const { environment } = target;
  const { clock, log } = deps;
  const releases = createReleases();
  const http = openHttp({ proxy: deps.proxy });
  releases.add(() => http.close());
  try {
    const found =
      target.authority ?? (await discoverSignIn(environment, { http, clock, signal: options.signal }));
    const authority = target.tenant === undefined ? found : { ...found, tenant: target.tenant };
    const tokens = tokensFor({ environment, authority, http, clock });
    const { signal, pageSize } = options;
    const client = connectDataverse({
      environment,
      tokens,
      clock,
      log,
      http,
      ...(signal === undefined ? {} : { signal }),
      ...(pageSize === undefined ? {} : { pageSize }),
    });
    releases.add(() => client.close());
    const source = dynamicsSource(client);
    return { environment, authority, client, source, close: () => releases.release() };
  } catch (error) {
    await releases.release();
    throw error;
  }
}

/**
 * Opens a client for the environment of a connection file.
 * @throws AddressError, DataverseError, ProtocolError
 */
export function openFileConnection(
  deps: ClientDeps,
  connection: Pick<ConnectionSettings, "address" | "signIn">,
  options: OpenOptions = {},
): Promise<OpenConnection> {
  const { signIn } = connection;
  return openClient(
    deps,
    { environment: environmentAt(deps, connection.address), tenant: signIn.tenant },
    (context) => fileTokens(signIn, context, deps.log),
    options,
  );
}

export function fileTokens(signIn: SignIn, context: SignInContext, log: Log): TokenSource {
  if (signIn.kind === "client-credentials") {
    return clientCredentialTokens(context, {
      clientId: signIn.clientId,
      clientSecret: signIn.clientSecret(),
    });
  }
  const { refreshTokenFile: file } = signIn;
  return storedRefreshTokens(context, {
    clientId: signIn.clientId,
    clientSecret: signIn.clientSecret?.(),
    refreshToken: signIn.refreshToken(),
    ...(file === undefined
      ? { saveRefreshToken: async () => logUnsaved(log) }
      : {
          assertSavable: () => assertTokenFileWritable(file),
          saveRefreshToken: (token) => saveToken(file, token),
        }),
  });
}

function logUnsaved(log: Log): void {
  log.info(
    "Microsoft Entra ID gave a new refresh token; the old one, from the environment, stays good until it is revoked.",
  );
}
