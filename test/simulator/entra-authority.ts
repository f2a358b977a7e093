// Starts an Entra ID authority on the loopback interface, with its own clock, and openid-client as
// the client.
import { createServer } from "node:http";
import * as oidc from "openid-client";
import type { AppRegistration, DirectoryUser } from "../../simulator/entra/directory.ts";
import { Entra } from "../../simulator/entra/entra.ts";
import type { EntraOptions } from "../../simulator/entra/types.ts";

export const TENANT = "7b1e8a52-58ad-4b5b-9f0e-3c51a3a0d001";
export const CLIENT = "5a2c9f10-0d7c-4a6a-8f6e-1f1d6f0f0002";
export const SECRET = "s3cret~value";
export const REDIRECT = "http://localhost/callback";

function ada(): DirectoryUser {
  return {
    objectId: "0f0f0000-0000-4000-8000-00000000ada0",
    userId: "c76fee97-961f-ef11-840b-000d3abf969a",
    userPrincipalName: "ada@contoso.example",
    displayName: "Ada Admin",
    password: "correct horse",
  };
}

function sluiceApp(): AppRegistration {
  return {
    clientId: CLIENT,
    displayName: "Sluice",
    secrets: [{ value: SECRET }],
    redirectUris: [REDIRECT],
    userId: "d86fee97-961f-ef11-840b-000d3abf969b",
    objectId: "0f0f0000-0000-4000-8000-0000000a9900",
  };
}

export interface Authority extends AsyncDisposable {
  readonly entra: Entra;
  readonly origin: string;
  readonly user: DirectoryUser;
  readonly app: AppRegistration;
  advance(milliseconds: number): void;
  /** The scope of the one environment, whose origin is the authority's own. */
  readonly scope: string;
  client(secret?: string): Promise<oidc.Configuration>;
  token(form: Record<string, string>, tenant?: string): Promise<Response>;
}

export async function startAuthority(options: Partial<EntraOptions> = {}): Promise<Authority> {
  // The clock starts at the real time, because openid-client compares id_tokens with its own clock.
  let now = Date.now();
  const user = ada();
  const app = sluiceApp();
  const directory = {
    tenantId: TENANT,
    tenantDomain: "contoso.example",
    tenantName: "Contoso",
    users: [user],
    apps: [app],
  };
  const entra = new Entra({ directory, now: () => now, ...options });
  let origin = "";
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = new URL(request.url ?? "/", origin);
      const reply = entra.handle({
        method: request.method ?? "GET",
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: Buffer.concat(chunks).toString("utf8"),
        origin,
      });
      response.writeHead(reply?.status ?? 404, reply?.headers).end(reply?.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("The test server has no port.");
  origin = `http://127.0.0.1:${address.port}`;
  return {
    entra,
    origin,
    user,
    app,
    scope: `${origin}/.default`,
    advance: (milliseconds) => (now += milliseconds),
    client: (secret = SECRET) =>
      oidc.discovery(new URL(`${origin}/${TENANT}/v2.0`), CLIENT, secret, undefined, {
        execute: [oidc.allowInsecureRequests],
      }),
    token: (form, tenant = TENANT) =>
      fetch(`${origin}/${tenant}/oauth2/v2.0/token`, { method: "POST", body: new URLSearchParams(form) }),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
