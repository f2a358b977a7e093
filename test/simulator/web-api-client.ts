// Starts a simulator over an organisation that the test prepares, and sends requests to its Web API
// as any of its users.
import { runSimulator, type RunningSimulator } from "../../simulator/main.ts";
import { Org } from "../../simulator/org/org.ts";

export interface WebApiResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; undefined when it is not JSON. */
  readonly json: unknown;
}

export interface RequestOptions {
  /** The systemuser. Default: the administrator. */
  readonly as?: string;
  readonly method?: string;
  readonly body?: unknown;
  readonly prefer?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface WebApiClient extends AsyncDisposable {
  readonly org: Org;
  readonly simulator: RunningSimulator;
  /** @param path below `/api/data/v9.2/`, or a whole URL such as a nextLink */
  request(path: string, options?: RequestOptions): Promise<WebApiResponse>;
  accessToken(userId?: string): Promise<string>;
}

/** The clock of tests that do not set another: 2 January 2026, 03:04:05 UTC. */
const NOW = new Date("2026-01-02T03:04:05Z");

export async function startWebApi(prepare: (org: Org) => void = () => {}): Promise<WebApiClient> {
  const org = new Org({ now: () => NOW });
  prepare(org);
  return webApiClient(await runSimulator({ org }));
}

/** Sends requests to a running simulator, which stops with this client. */
export function webApiClient(simulator: RunningSimulator): WebApiClient {
  const { org } = simulator;
  const tokens = new Map<string, string>();
  const accessToken = async (userId: string = org.adminId): Promise<string> => {
    const known = tokens.get(userId);
    if (known !== undefined) return known;
    const fresh = await tokenOf(simulator, simulator.refreshTokenOf(userId));
    tokens.set(userId, fresh);
    return fresh;
  };
  return {
    org,
    simulator,
    accessToken,
    request: async (path, options = {}) => {
      const url = path.startsWith("http") ? path : `${simulator.origin}/api/data/v9.2/${path}`;
      const response = await fetch(url, {
        method: options.method ?? "GET",
        headers: {
          authorization: `Bearer ${await accessToken(options.as)}`,
          ...(options.prefer === undefined ? {} : { prefer: options.prefer }),
          ...(typeof options.body === "object" ? { "content-type": "application/json" } : {}),
          ...options.headers,
        },
        ...(options.body === undefined
          ? {}
          : { body: typeof options.body === "string" ? options.body : JSON.stringify(options.body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, json: parseJson(text) };
    },
    [Symbol.asyncDispose]: () => simulator.close(),
  };
}

async function tokenOf(simulator: RunningSimulator, refreshToken: string): Promise<string> {
  const response = await fetch(`${simulator.origin}/${simulator.tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      client_id: simulator.clientId,
      client_secret: simulator.clientSecret,
      grant_type: "refresh_token",
      refresh_token: refreshToken,
    }),
  });
  return String(member(await response.json(), "access_token"));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns a member of parsed JSON by its path. */
export function member(value: unknown, ...path: readonly (string | number)[]): unknown {
  let at: unknown = value;
  for (const name of path) {
    at =
      typeof at === "object" && at !== null
        ? Object.entries(at).find(([key]) => key === String(name))?.[1]
        : undefined;
  }
  return at;
}

/** Returns the rows of a page. */
export function rowsOf(answer: WebApiResponse): readonly Readonly<Record<string, unknown>>[] {
  const value = member(answer.json, "value");
  if (!Array.isArray(value)) throw new Error(`Not a page (${answer.status}): ${answer.text.slice(0, 500)}`);
  return value;
}

/** Returns one column of all rows of a page. */
export function columnOf(answer: WebApiResponse, name: string): unknown[] {
  return rowsOf(answer).map((row) => row[name]);
}

export function nextLinkOf(answer: WebApiResponse): string | undefined {
  const link = member(answer.json, "@odata.nextLink");
  return link === undefined ? undefined : String(link);
}

/** Returns rows of all pages; `between` is called before every page but the first. */
export async function allPages(
  api: WebApiClient,
  path: string,
  options: RequestOptions = {},
  between: (page: number) => void = () => {},
): Promise<Readonly<Record<string, unknown>>[]> {
  const rows: Readonly<Record<string, unknown>>[] = [];
  let next: string | undefined = path;
  for (let page = 1; next !== undefined; page += 1) {
    if (page > 1) between(page);
    const answer: WebApiResponse = await api.request(next, options);
    rows.push(...rowsOf(answer));
    next = nextLinkOf(answer);
  }
  return rows;
}
