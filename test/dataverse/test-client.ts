// A client for a test: connected to a small server that responds as the test says, or to a
// simulator.
import { runSimulator } from "../../simulator/main.ts";
import type { RunningSimulator, RunOptions } from "../../simulator/main.ts";
import { normaliseAddress } from "../../src/dataverse/auth/environment-address.ts";
import type { Environment } from "../../src/dataverse/auth/environment-address.ts";
import { connectDataverse } from "../../src/dataverse/client.ts";
import type { DataverseClient, DataverseOptions } from "../../src/dataverse/client.ts";
import { discoverSignIn } from "../../src/dataverse/auth/discovery.ts";
import type { RawRow, View } from "../../src/dataverse/model.ts";
import { storedRefreshTokens } from "../../src/dataverse/auth/tokens.ts";
import type { TokenSource } from "../../src/dataverse/auth/tokens.ts";
import { createSettableClock } from "../../src/lib/clock.ts";
import type { SettableClock } from "../../src/lib/clock.ts";
import { openHttp } from "../../src/lib/http.ts";
import { sendJson, startTestServer } from "../lib/test-server.ts";
import type { RequestHandler, ReceivedRequest } from "../lib/test-server.ts";

export interface Connected extends AsyncDisposable {
  readonly client: DataverseClient;
  readonly clock: SettableClock;
  readonly environment: Environment;
}

type Options = Partial<DataverseOptions>;

/** Connects to a server that has no metadata, and responds to everything else as the test says. */
export async function connectTo(
  answer: RequestHandler,
  options: Options = {},
): Promise<Connected & { readonly requests: () => readonly ReceivedRequest[] }> {
  let count = 0;
  const server = await startTestServer((request, response) => {
    if (request.url.includes("EntityDefinitions")) sendJson(response, { value: [] });
    else answer(request, response, (count += 1));
  });
  const environment = normaliseAddress(server.origin, { simulatorOrigin: server.origin });
  const clock = createSettableClock("2026-03-01T00:00:00Z");
  const client = connectDataverse({ environment, clock, tokens: numberedTokens(), ...options });
  return {
    client,
    clock,
    environment,
    requests: () => server.requests.filter(({ url }) => !url.includes("EntityDefinitions")),
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** token-1, and after each renewal the next one. */
function numberedTokens(): TokenSource {
  let number = 1;
  return {
    token: async () => `token-${number}`,
    renew: async () => `token-${(number += 1)}`,
  };
}

/** Connects to a simulator, as the given user or else as the System Administrator. */
export async function connectSimulated(
  options: RunOptions & {
    readonly as?: (simulator: RunningSimulator) => string;
    readonly client?: Options;
  } = {},
): Promise<Connected & { readonly simulator: RunningSimulator; readonly token: () => Promise<string> }> {
  const simulator = await runSimulator(options);
  const { origin, clientId, clientSecret } = simulator;
  const environment = normaliseAddress(origin, { simulatorOrigin: origin });
  const http = openHttp();
  const clock = createSettableClock("2026-03-01T00:00:00Z");
  const authority = await discoverSignIn(environment, { http, clock });
  const refreshToken = options.as ? simulator.refreshTokenOf(options.as(simulator)) : simulator.refreshToken;
  const signIn = { clientId, clientSecret, refreshToken, saveRefreshToken: async () => {} };
  const tokens = storedRefreshTokens({ environment, authority, http, clock }, signIn);
  const client = connectDataverse({ environment, clock, tokens, http, ...options.client });
  return {
    client,
    clock,
    environment,
    simulator,
    token: () => tokens.token(),
    [Symbol.asyncDispose]: async () => {
      await http.close();
      await simulator.close();
    },
  };
}

/** Adds a user whose only role is Basic User. */
export function addReader(simulator: RunningSimulator): string {
  const roles = [roleOf(simulator, "Basic User")];
  return simulator.org.addUser({ fullname: "Rita Reader", email: "rita@contoso.example", roles });
}

export function roleOf({ org }: RunningSimulator, name: string): string {
  const id = org.roles.get(name);
  if (id === undefined) throw new Error(`The simulator has no role ${name}.`);
  return id;
}

export async function allOf<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const rows: T[] = [];
  for await (const page of pages) rows.push(...page);
  return rows;
}

export function viewOf(fetchXml: string, name = "My accounts"): View {
  return { id: "00000000-0000-0000-0000-000000000001", name, kind: "personal", fetchXml };
}

/** The smallest row that a reader accepts. */
export function row(id: string): RawRow {
  return { accountid: id, versionnumber: 1 };
}
