// Starts a whole simulator that stops at the end of a test, and sends requests as its
// administrator.
import { runSimulator, type RunningSimulator, type RunOptions } from "../../simulator/main.ts";

export interface Session extends AsyncDisposable {
  readonly simulator: RunningSimulator;
  /** Sends a GET to a path below the Web API's root, or to a whole URL, with a valid token. */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** Sends a token request with the app's credentials. */
  token(form: Record<string, string>): Promise<Response>;
}

export async function startSession(options: RunOptions = {}): Promise<Session> {
  const simulator = await runSimulator(options);
  const { origin, tenantId, clientId, clientSecret } = simulator;
  const token = (form: Record<string, string>): Promise<Response> =>
    fetch(`${origin}/${tenantId}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({ client_id: clientId, client_secret: clientSecret, ...form }),
    });
  const response = await token({ grant_type: "refresh_token", refresh_token: simulator.refreshToken });
  const body: unknown = await response.json();
  const bearer = typeof body === "object" && body && "access_token" in body ? String(body.access_token) : "";
  return {
    simulator,
    token,
    get: (path, headers = {}) =>
      fetch(path.startsWith("http") ? path : `${origin}/api/data/v9.2/${path}`, {
        headers: { authorization: `Bearer ${bearer}`, ...headers },
      }),
    [Symbol.asyncDispose]: () => simulator.close(),
  };
}

export interface Page {
  readonly value: readonly Readonly<Record<string, unknown>>[];
  readonly "@odata.nextLink"?: string;
}

export async function pageOf(response: Response): Promise<Page> {
  const body: unknown = await response.json();
  if (!isPage(body)) throw new Error(`Not a page: ${JSON.stringify(body)}`);
  return body;
}

function isPage(body: unknown): body is Page {
  return typeof body === "object" && body !== null && "value" in body && Array.isArray(body.value);
}
