// Resolves a pasted address to its environment and sign-in authority, before anybody signs in.
// Sends no secret.
import { discoverSignIn } from "../../dataverse/auth/discovery.ts";
import { openHttp } from "../../lib/http.ts";
import { environmentAt, type ClientDeps } from "./open-client.ts";

export type ResolvedAddress = {
  readonly host: string;
  readonly origin: string;
  readonly region: string;
  readonly tenant: string;
  readonly authority: string;
};

/** @throws AddressError, DataverseError, ProtocolError */
export async function resolveAddress(
  deps: ClientDeps,
  address: string,
  signal?: AbortSignal,
): Promise<ResolvedAddress> {
  const environment = environmentAt(deps, address);
  const http = openHttp({ proxy: deps.proxy });
  try {
    const { origin, region } = environment;
    const authority = await discoverSignIn(environment, { http, clock: deps.clock, signal });
    return {
      host: new URL(origin).host,
      origin,
      region,
      tenant: authority.tenant,
      authority: authority.origin,
    };
  } finally {
    await http.close();
  }
}
