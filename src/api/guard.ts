// Checks the caller's role against a route's access level, before the body is read.
import { grants, type Access, type Route } from "./contract/route.ts";
import { ApiError, type Caller } from "./implement.ts";

const ACCESS_NAMES: Record<Access, string> = {
  anyone: "anyone",
  teammate: "a teammate",
  "workspace-admin": "an admin of the workspace",
  "company-admin": "a company admin",
};

/** @throws ApiError 401 if nobody is signed in, 403 if the role is too low */
export function checkAccess(route: Route, caller: Caller): void {
  if (grants(caller.teammate?.role ?? "anyone", route.access)) return;
  if (caller.teammate === null)
    throw new ApiError(401, "signed-out", "You are not signed in, or no longer. Sign in and try again.");
  throw new ApiError(403, "not-allowed", `Only ${ACCESS_NAMES[route.access]} may do this. Ask one.`);
}
