// Runs the simulator with a page cache: everything is real, but pages of accounts are rendered
// once. `POST /_simulator/change {"percent":1,"seed":"x"}` changes accounts and renders the known
// queries again; `POST /_simulator/render {"path":"accounts?…","prefer":"…"}` renders one query;
// `GET /_simulator/pages` lists what is cached.
import { z } from "zod";
import type { HttpResponse, HttpRequest } from "../http-middleware.ts";
import { changeAccounts } from "../load/change-accounts.ts";
import { runSimulator, type RunningSimulator, type RunOptions } from "../main.ts";
import { PageCache, type PageQuery } from "./page-cache.ts";
import { renderPages, type RenderResult } from "./render.ts";

export interface PrerenderedSimulator extends RunningSimulator {
  readonly cache: PageCache;
  render(query: PageQuery): Promise<RenderResult>;
  /** Changes a percentage of the accounts and renders every query seen so far again. */
  change(options: {
    percent: number;
    seed: string;
  }): Promise<{ changed: string[]; rendered: RenderResult[] }>;
}

/** Returns the query of a reader of all active accounts. */
export function activeAccountsQuery(columns: readonly string[]): PageQuery {
  return {
    url: `/api/data/v9.2/accounts?$select=${columns.join(",")}&$filter=statecode%20eq%200&$orderby=accountid`,
    prefer:
      'odata.maxpagesize=5000,odata.include-annotations="OData.Community.Display.V1.FormattedValue,Microsoft.Dynamics.CRM.lookuplogicalname"',
  };
}

/** Starts it without rendering anything. */
export async function runPrerendered(options: RunOptions): Promise<PrerenderedSimulator> {
  const simulator = await runSimulator(options);
  const { org, entra, hooks, origin } = simulator;
  const cache = new PageCache({
    version: () => `${org.accounts.version} ${org.metadataVersion}`,
    // Faults apply to every request, and their responses must not be cached.
    isDisabled: () => simulator.faults.list().length > 0,
    isAuthorized: (headers) => {
      const { authorization } = headers;
      return typeof authorization === "string" && entra.check(authorization, origin).ok;
    },
  });
  const render = async (query: PageQuery): Promise<RenderResult> =>
    renderPages(origin, await adminToken(simulator), query);
  const change = async (wanted: { percent: number; seed: string }) => {
    const changed = changeAccounts(org, wanted);
    const rendered: RenderResult[] = [];
    for (const query of cache.queries) rendered.push(await render(query));
    return { changed, rendered };
  };
  const running: PrerenderedSimulator = { ...simulator, cache, render, change };
  hooks.respondFromCache = cache.respond;
  const { faults } = hooks;
  hooks.faults = async (request, next) =>
    (await handleControl(running, request)) ??
    cache.middleware(request, () => (faults ? faults(request, next) : next()));
  return running;
}

const changeSchema = z.object({
  percent: z.number().positive().max(100).default(1),
  seed: z.string().default("change"),
});
const renderSchema = z.object({
  path: z.string(),
  prefer: z.string().default(activeAccountsQuery([]).prefer),
});

async function handleControl(
  simulator: PrerenderedSimulator,
  request: HttpRequest,
): Promise<HttpResponse | undefined> {
  const called = `${request.method} ${request.path}`;
  if (called === "GET /_simulator/pages")
    return jsonResponse(200, { ...simulator.cache.size, queries: simulator.cache.queries });
  if (called === "POST /_simulator/change") {
    const { changed, rendered } = await simulator.change(
      changeSchema.parse(JSON.parse(request.body || "{}")),
    );
    return jsonResponse(200, { changed: changed.length, ids: changed, rendered });
  }
  if (called === "POST /_simulator/render") {
    const { path, prefer } = renderSchema.parse(JSON.parse(request.body));
    return jsonResponse(200, await simulator.render({ url: `/api/data/v9.2/${path}`, prefer }));
  }
  return undefined;
}

function jsonResponse(status: number, value: unknown): HttpResponse {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

async function adminToken({
  origin,
  tenantId,
  clientId,
  clientSecret,
  refreshToken,
}: RunningSimulator): Promise<string> {
  const response = await fetch(`${origin}/${tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "refresh_token",
      client_id: clientId,
      client_secret: clientSecret,
      refresh_token: refreshToken,
    }),
  });
  const { access_token } = z.object({ access_token: z.string() }).parse(await response.json());
  return access_token;
}
