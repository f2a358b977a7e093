// The users of the organisation. Owners and user lookups refer to them by id.
import { z } from "zod";
import type { DynamicsUser } from "../model.ts";
import { listSchema, readList } from "../http/lists.ts";
import type { Requests } from "../http/requests.ts";

const User = z.object({
  systemuserid: z.string(),
  fullname: z.string().nullish(),
  internalemailaddress: z.string().nullish(),
  domainname: z.string().nullish(),
  isdisabled: z.boolean().nullish(),
});

/** All users, including disabled ones, which can still own accounts. */
export async function readUsers(requests: Requests, signal?: AbortSignal): Promise<readonly DynamicsUser[]> {
  const select = "systemuserid,fullname,internalemailaddress,domainname,isdisabled";
  const users = await readList(requests, `systemusers?$select=${select}`, listSchema(User), signal);
  return users.map((user) => ({
    id: user.systemuserid.toLowerCase(),
    fullName: user.fullname ?? "",
    email: user.internalemailaddress?.trim() || null,
    signInName: user.domainname?.trim() || null,
    disabled: user.isdisabled ?? false,
  }));
}
