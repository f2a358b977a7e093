// The proxy that requests to Microsoft go through: a tunnel (CONNECT) for https, so that the proxy
// sees the host alone and TLS is verified as without it. Requests of http, which go to the
// simulator on this machine, are sent directly.
import { EnvHttpProxyAgent, Pool, type Agent, type buildConnector, type Dispatcher } from "undici";
import { errorCode } from "./system-error.ts";

export type Proxy = {
  /** Host and port, as errors show it. */
  readonly host: string;
  /** Without user name and password. */
  readonly origin: string;
  /** The value of Proxy-Authorization: a function, so that no log contains it. */
  readonly authorization: (() => string) | undefined;
  /** Hosts that are reached directly, as NO_PROXY lists them. */
  readonly except: string;
};

/** What a proxy did instead of connecting. */
type ProxyFailure = {
  /** Undefined if the proxy itself could not be reached. */
  readonly status: number | undefined;
  readonly finding: string;
  readonly fix: string;
};

/** The connection to the proxy itself failed. */
class ProxyConnectError extends Error {
  override readonly name = "ProxyConnectError";
}

export function proxyDispatcher(proxy: Proxy, options: Agent.Options): Dispatcher {
  const token = proxy.authorization?.();
  return new EnvHttpProxyAgent({
    ...options,
    // Without a value the agent would read the environment.
    httpProxy: "",
    httpsProxy: proxy.origin,
    noProxy: proxy.except,
    ...(token !== undefined && { token }),
    clientFactory: (origin, { connect }: { connect?: buildConnector.connector }) =>
      new Pool(origin, { ...(connect && { connect: withProxyErrors(connect) }) }),
  });
}

/** Tells errors of the connection to the proxy from those of the connection through it. */
function withProxyErrors(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    connect(options, (...[error, socket]) => {
      if (error === null) callback(null, socket);
      else callback(new ProxyConnectError(error.message, { cause: error }), null);
    });
  };
}

/** @returns undefined if it was not the proxy that failed */
export function proxyFailureOf(error: unknown, proxy: Proxy, target: string): ProxyFailure | undefined {
  if (error instanceof ProxyConnectError) {
    const code = errorCode(error.cause) ?? error.message;
    return {
      status: undefined,
      finding: `The proxy ${proxy.host}, which HTTPS_PROXY names, could not be reached (${code}).`,
      fix: "Check HTTPS_PROXY, and that this server may reach the proxy.",
    };
  }
  // undici tells the status of a refused CONNECT in its message alone.
  const digits = error instanceof Error ? /^Proxy response \((\d{3})\)/.exec(error.message)?.[1] : undefined;
  if (digits === undefined) return undefined;
  const status = Number(digits);
  if (status === 407)
    return {
      status,
      finding:
        proxy.authorization === undefined
          ? `The proxy ${proxy.host} wants a user name and a password (407), and HTTPS_PROXY has none.`
          : `The proxy ${proxy.host} does not accept the user name and password of HTTPS_PROXY (407).`,
      fix: "Set HTTPS_PROXY to http://user:password@host:port, with the password percent-encoded.",
    };
  if (status >= 500)
    return {
      status,
      finding: `The proxy ${proxy.host} could not connect to ${target} (HTTP ${status}).`,
      fix: `Check that the proxy may reach ${target}, or name the host in NO_PROXY if it is reached without a proxy.`,
    };
  return {
    status,
    finding: `The proxy ${proxy.host} refuses to connect to ${target} (HTTP ${status}).`,
    fix: `Have ${target} allowed there, or name it in NO_PROXY if it is reached without a proxy.`,
  };
}
