// Answers functions that do not belong to one set of rows: WhoAmI, RetrieveProvisionedLanguages,
// RetrieveTotalRecordCount, RetrieveUserPrivileges, RetrieveVersion.
import type { HttpResponse } from "../http-middleware.ts";
import type { Call } from "./call.ts";
import { badRequest, ODataError } from "./odata-error.ts";
import { jsonResponse } from "./responses.ts";

/**
 * Returns undefined when there is no such function.
 * @param text the segment, e.g. `WhoAmI` or `F(A=@p)`
 */
export function callFunction(call: Call, text: string): HttpResponse | undefined {
  const match = /^([A-Z]\w*)(?:\((.*)\))?$/s.exec(text);
  const parameters = match?.[2] ?? "";
  switch (match?.[1] ?? "") {
    case "WhoAmI":
      return functionResponse(call, "WhoAmIResponse", {
        BusinessUnitId: call.access.caller.businessUnitId,
        UserId: call.access.caller.userId,
        OrganizationId: call.org.id,
      });
    case "RetrieveVersion":
      return functionResponse(call, "RetrieveVersionResponse", { Version: "9.2.24055.196" });
    case "RetrieveProvisionedLanguages":
      return functionResponse(call, "RetrieveProvisionedLanguagesResponse", {
        RetrieveProvisionedLanguages: [...call.org.languages],
      });
    case "RetrieveTotalRecordCount":
      return totalRecordCount(call, parameters);
    default:
      return undefined;
  }
}

function functionResponse(
  call: Call,
  type: string,
  members: Readonly<Record<string, unknown>>,
): HttpResponse {
  const context = `${call.base}/$metadata#Microsoft.Dynamics.CRM.${type}`;
  return jsonResponse(JSON.stringify({ "@odata.context": context, ...members }));
}

/**
 * Counts whole tables, whatever the caller's rights. Dataverse's count may be a day old; this one
 * is current.
 */
function totalRecordCount(call: Call, parameters: string): HttpResponse {
  const given = /^EntityNames=(.*)$/s.exec(parameters)?.[1] ?? "";
  const text = given.startsWith("@") ? (call.request.query.get(given) ?? "") : given;
  const names = [...text.matchAll(/['"]([^'"]*)['"]/g)].map((match) => match[1] ?? "");
  if (names.length === 0) throw badRequest("Parameter 'EntityNames' of RetrieveTotalRecordCount is missing.");
  const counts = names.map((name) => {
    const table = call.org.table(name);
    if (!table)
      throw new ODataError(
        400,
        "0x80041102",
        `The entity with a name = '${name}' was not found in the MetadataCache.`,
      );
    return table.size;
  });
  return functionResponse(call, "RetrieveTotalRecordCountResponse", {
    EntityRecordCountCollection: { Count: names.length, IsReadOnly: false, Keys: names, Values: counts },
  });
}

const DEPTH_NAMES: Readonly<Record<number, string>> = { 1: "Basic", 2: "Local", 4: "Deep", 8: "Global" };

/** Answers `systemusers(id)/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()`. */
export function userPrivileges(call: Call, privileges: ReadonlyMap<string, number>): HttpResponse {
  const list = [...privileges].map(([name, mask]) => ({
    Depth: DEPTH_NAMES[mask] ?? "Basic",
    PrivilegeId: call.org.privilegeId(name),
    BusinessUnitId: call.org.businessUnitId,
    PrivilegeName: name,
  }));
  return functionResponse(call, "RetrieveUserPrivilegesResponse", { RolePrivileges: list });
}
