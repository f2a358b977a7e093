// Signs dynamics-web-api, an independent client for the real service, in to a simulator over HTTP.
// What the client cannot read, the simulator has wrong.
import { DynamicsWebApi, type Config, type RequestError } from "dynamics-web-api";
import type { Org } from "../../simulator/org/org.ts";
import { startWebApi, type WebApiClient } from "./web-api-client.ts";

export interface ClientSession extends AsyncDisposable {
  readonly org: Org;
  readonly api: WebApiClient;
  readonly client: DynamicsWebApi;
  /** Another client, as another systemuser or with other settings. */
  clientOf(userId: string, config?: Config): DynamicsWebApi;
}

export async function startClient(prepare?: (org: Org) => void): Promise<ClientSession> {
  const api = await startWebApi(prepare);
  const clientOf = (userId: string, config: Config = {}): DynamicsWebApi =>
    new DynamicsWebApi({
      serverUrl: api.simulator.origin,
      dataApi: { version: "9.2" },
      onTokenRefresh: () => api.accessToken(userId),
      ...config,
    });
  return {
    org: api.org,
    api,
    client: clientOf(api.org.adminId),
    clientOf,
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

/**
 * Returns the error that the client throws when the service refuses: HTTP status, Dataverse's code
 * and text.
 */
export async function refusalOf(call: Promise<unknown>): Promise<RequestError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error("The request was not refused.");
}

/** Adds A00 … A22; the number of employees is the name's, and every fifth is inactive. */
export function addNumberedAccounts(org: Org): void {
  for (let at = 0; at < 23; at += 1) {
    org.createAccount({
      name: `A${String(at).padStart(2, "0")}`,
      numberofemployees: at,
      revenue: at * 1000.5,
      industrycode: (at % 33) + 1,
      statecode: at % 5 === 4 ? 1 : 0,
    });
  }
}

/** Their names, in order. */
export const NAMES = Array.from({ length: 23 }, (_, at) => `A${String(at).padStart(2, "0")}`);
