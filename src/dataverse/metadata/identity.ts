// The identity of the signed-in user, and the server's time.
import { z } from "zod";
import type { ConnectedUser, Identity } from "../model.ts";
import type { Requests } from "../http/requests.ts";

const WhoAmI = z.object({ OrganizationId: z.string(), UserId: z.string(), BusinessUnitId: z.string() });

const User = z.object({
  fullname: z.string().nullish(),
  internalemailaddress: z.string().nullish(),
  domainname: z.string().nullish(),
  isdisabled: z.boolean().nullish(),
  islicensed: z.boolean().nullish(),
  accessmode: z.number().nullish(),
  applicationid: z.string().nullish(),
});

export async function readWhoAmI(requests: Requests, signal: AbortSignal | undefined): Promise<Identity> {
  const body = await requests.json("WhoAmI", WhoAmI, { signal });
  return {
    organizationId: body.OrganizationId.toLowerCase(),
    userId: body.UserId.toLowerCase(),
    businessUnitId: body.BusinessUnitId.toLowerCase(),
  };
}

export async function readConnectedUser(
  requests: Requests,
  userId: string,
  signal: AbortSignal | undefined,
): Promise<ConnectedUser> {
  const select = Object.keys(User.shape).join(",");
  const user = await requests.json(`systemusers(${userId})?$select=${select}`, User, { signal });
  return {
    fullName: user.fullname ?? "",
    address: user.internalemailaddress ?? user.domainname ?? "",
    disabled: user.isdisabled ?? false,
    licensed: user.islicensed ?? true,
    accessMode: user.accessmode ?? 0,
    application: user.applicationid != null,
  };
}

/** From the Date header, which HTTP servers with a clock send (RFC 9110 6.6.1). */
export async function readServerTime(
  requests: Requests,
  signal: AbortSignal | undefined,
): Promise<Date | undefined> {
  const header = await requests.get("WhoAmI", { signal }, (response) => response.headers["date"]);
  const time = Date.parse(String(header ?? ""));
  return Number.isNaN(time) ? undefined : new Date(time);
}
