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
    email: emailOf(user),
    disabled: user.isdisabled ?? false,
  }));
}

// The sign-in name is an e-mail address for most users, but "CONTOSO\\jo" for synchronised ones and
// a GUID for applications.
function emailOf({ internalemailaddress, domainname }: z.infer<typeof User>): string | null {
  const address = internalemailaddress?.trim();
  if (address) return address;
  const signIn = domainname?.trim() ?? "";
  return signIn.includes("@") ? signIn : null;
}
