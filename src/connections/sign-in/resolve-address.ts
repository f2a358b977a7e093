// What a pasted address leads to, before anybody signs in. Sends no secret.
import { openHttp } from "../../lib/http.ts";
import { environmentAt, findPlace, type Outside } from "./open-client.ts";

export type FoundAddress = {
  readonly host: string;
  readonly origin: string;
  readonly region: string;
  readonly tenant: string;
  readonly authority: string;
};

/** @throws AddressError, DataverseError, ProtocolError */
export async function lookAtAddress(
  outside: Outside,
  address: string,
  signal?: AbortSignal,
): Promise<FoundAddress> {
  const environment = environmentAt(outside, address);
  const http = openHttp();
  try {
    const { origin, region } = environment;
    return {
      host: new URL(origin).host,
      origin,
      region,
      ...(await findPlace(outside, environment, http, signal)),
    };
  } finally {
    await http.close();
  }
}
