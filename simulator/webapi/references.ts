// Handles `…/$ref`: associates and disassociates rows through a lookup, an association, or an
// intersect table. Microsoft Learn: "Associate and disassociate table rows using the Web API".
import type { HttpResponse } from "../http-middleware.ts";
import { parseGuid } from "../org/guids.ts";
import type { Table } from "../org/table.ts";
import { requireRight, type Call } from "./call.ts";
import { rowByKey } from "./entity.ts";
import { findNavigation, type Navigation } from "./navigation.ts";
import { badRequest, missingRow, unparsedPath } from "./odata-error.ts";
import { jsonBody, rowValues } from "./payload.ts";
import { createResponse } from "./responses.ts";

/**
 * Handles POST and PUT of `accounts(id)/primarycontactid/$ref` or
 * `systemusers(id)/teammembership_association/$ref`.
 */
export function associate(call: Call, table: Table, key: string, name: string): HttpResponse {
  requireRight(call, "Write", table);
  const id = String(rowByKey(call, table, key)[table.primaryId]);
  const address = jsonBody(call)["@odata.id"];
  if (typeof address !== "string") throw badRequest("The property '@odata.id' is missing in the reference.");
  const association = findNavigation(table.logicalName, name);
  if (association) associateRows(call, association, id, targetId(call, association, address));
  else {
    const values = rowValues(call, table, { [`${name}@odata.bind`]: address }, false);
    call.org.update(table.logicalName, id, values, call.access.caller.userId);
  }
  return createResponse(204, {});
}

/** Handles DELETE of `teammembership_association(id)/$ref`, and of `…/$ref?$id=` with a URL. */
export function disassociate(
  call: Call,
  table: Table,
  key: string,
  segment: string,
): HttpResponse | undefined {
  const [, name = "", inPath] = /^(\w+)(?:\((.*)\))?$/.exec(segment) ?? [];
  const association = findNavigation(table.logicalName, name);
  if (!association) return undefined;
  requireRight(call, "Write", table);
  const id = String(rowByKey(call, table, key)[table.primaryId]);
  const named = inPath ?? call.request.query.get("$id") ?? "";
  const target = parseGuid(named) ?? targetId(call, association, named);
  const { org } = call;
  if (association.lookup !== undefined) {
    org.update(association.to, target, { [association.lookup]: null }, call.access.caller.userId);
  } else org.unlink(String(association.intersect), intersectKeys(call, association, id, target));
  return createResponse(204, {});
}

function associateRows(call: Call, association: Navigation, id: string, target: string): void {
  const { org } = call;
  if (association.lookup === undefined) {
    org.link(String(association.intersect), intersectKeys(call, association, id, target));
    return;
  }
  const { lookup, from, to } = association;
  org.update(to, target, { [lookup]: id, [`${lookup}.table`]: from }, call.access.caller.userId);
}

function intersectKeys(
  call: Call,
  { from, to }: Navigation,
  id: string,
  target: string,
): Record<string, string> {
  return { [call.org.requireTable(from).primaryId]: id, [call.org.requireTable(to).primaryId]: target };
}

/** Returns the id in a URL like `…/teams(<guid>)`, whose row must exist. */
function targetId(call: Call, association: Navigation, address: string): string {
  const [, set = "", key = ""] = /(\w+)\(([^)]*)\)$/.exec(address) ?? [];
  const table = call.org.tableByEntitySet(set);
  const id = parseGuid(key);
  if (table?.logicalName !== association.to || id === undefined) throw unparsedPath();
  if (!table.get(id)) throw missingRow(table.logicalName, id);
  return id;
}
