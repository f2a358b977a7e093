// Determines as whom a request runs: the user of the token, or the one that it impersonates by
// CallerObjectId or MSCRMCallerID (Microsoft Learn: "Impersonate another user using the Web API").
import { headerValue, type HttpRequest } from "../http-middleware.ts";
import { ACT_ON_BEHALF } from "../org/base-data.ts";
import { impersonatedAccess, type Access, type AccessReader } from "../org/access.ts";
import { parseGuid } from "../org/guids.ts";
import type { Org } from "../org/org.ts";
import { requirePrivilegeOf } from "./call.ts";
import { badRequest, missingRow, ODataError } from "./odata-error.ts";

/** Returns the rights of the caller. @throws when the caller may not use the environment at all */
export function callerAccess(org: Org, reader: AccessReader, request: HttpRequest): Access {
  const own = userAccess(org, reader, request.userId);
  const impersonated = impersonatedUser(org, request);
  if (impersonated === undefined || impersonated === own.caller.userId) return own;
  requirePrivilegeOf(own, org, ACT_ON_BEHALF);
  return impersonatedAccess(own, userAccess(org, reader, impersonated));
}

function impersonatedUser(org: Org, { headers }: HttpRequest): string | undefined {
  const users = org.requireTable("systemuser");
  const objectId = guidHeader(headers, "callerobjectid");
  if (objectId !== undefined) {
    const user = users.rows().find((row) => row["azureactivedirectoryobjectid"] === objectId);
    if (!user) throw notAMember();
    return String(user["systemuserid"]);
  }
  const userId = guidHeader(headers, "mscrmcallerid");
  if (userId !== undefined && !users.get(userId)) throw missingRow("SystemUser", userId);
  return userId;
}

function guidHeader(headers: HttpRequest["headers"], name: string): string | undefined {
  const text = headerValue(headers, name)?.trim() ?? "";
  if (text === "") return undefined;
  const id = parseGuid(text);
  if (id === undefined) throw badRequest(`The value '${text}' of the header ${name} is not a Guid.`);
  // No user has the empty id, which clients send for nobody.
  return /^[0-]+$/.test(id) ? undefined : id;
}

function userAccess(org: Org, reader: AccessReader, userId: string | undefined): Access {
  const user = userId === undefined ? undefined : org.requireTable("systemuser").get(userId);
  if (!user) throw notAMember();
  if (user["isdisabled"] === true) {
    throw new ODataError(
      403,
      "0x80040225",
      `The specified user(Id = ${userId}) is disabled. Consider enabling this user.`,
    );
  }
  if (user["islicensed"] === false && user["applicationid"] == null && user["accessmode"] === 0) {
    throw new ODataError(
      403,
      "0x8004D24B",
      `The user with SystemUserId=${userId} has not been assigned any License.`,
    );
  }
  const access = reader.accessOf(String(userId));
  if (access.roleCount === 0) {
    throw new ODataError(403, "0x80042f09", `The user with id ${userId} has not been assigned any roles.`);
  }
  return access;
}

function notAMember(): ODataError {
  return new ODataError(403, "0x80072560", "The user is not a member of the organization.");
}
