// Handles POST, PATCH, PUT and DELETE of rows, with optimistic concurrency and upsert, and the
// actions Merge, GrantAccess and RevokeAccess.
import { headerValue, type HttpResponse } from "../http-middleware.ts";
import type { Row } from "../fetchxml/query-store.ts";
import { columnByProperty } from "../odata/properties.ts";
import { parseGuid } from "../org/guids.ts";
import type { MutableRow, Table } from "../org/table.ts";
import { requireRight, type Call } from "./call.ts";
import { entityUrl, rowBody, rowByKey } from "./entity.ts";
import { badRequest, missingRow, ODataError, unknownSegment, unparsedPath } from "./odata-error.ts";
import { isObject, jsonBody, rowValues } from "./payload.ts";
import { associate, disassociate } from "./references.ts";
import { jsonResponse, createResponse } from "./responses.ts";

/** Handles all methods but GET. @param rest what follows the first segment */
export function write(call: Call, first: string, rest: readonly string[]): HttpResponse {
  const action = call.request.method === "POST" && rest.length === 0 ? runAction(call, first) : undefined;
  if (action) return action;
  const match = /^([^(]+)(?:\((.*)\))?$/s.exec(first);
  const table = call.org.tableByEntitySet(match?.[1] ?? "");
  if (!table) throw unknownSegment(match?.[1] ?? first);
  const key = match?.[2];
  const [part, last] = rest;
  switch (call.request.method) {
    case "POST":
      if (key === undefined && part === undefined) return create(call, table);
      if (key !== undefined && part !== undefined && last === "$ref")
        return associate(call, table, key, part);
      break;
    case "PATCH":
      if (key !== undefined && part === undefined) return patch(call, table, key);
      break;
    case "PUT":
      if (key !== undefined && part !== undefined && last === "$ref")
        return associate(call, table, key, part);
      if (key !== undefined && part !== undefined && last === undefined) {
        return setColumn(call, table, key, part, jsonBody(call)["value"]);
      }
      break;
    case "DELETE":
      if (key !== undefined && part === undefined) return remove(call, table, key);
      if (key !== undefined && part !== undefined) return clearColumn(call, table, key, part, last);
      break;
    default:
      break;
  }
  throw new ODataError(
    405,
    "0x80060888",
    `The requested resource does not support http method '${call.request.method}'.`,
  );
}

function create(call: Call, table: Table): HttpResponse {
  requireRight(call, "Create", table);
  const values = rowValues(call, table, jsonBody(call), true);
  const given = values[table.primaryId];
  if (given != null && table.get(String(given))) {
    throw new ODataError(412, "0x80040237", "Cannot insert duplicate key.");
  }
  const id = call.org.create(
    table.logicalName,
    { ...values, ...delegate(call, table, ["createdonbehalfby", "modifiedonbehalfby"]) },
    call.access.caller.userId,
  );
  return writeResponse(call, table, id, 201);
}

/** Upserts: a row that does not exist is created, unless If-Match forbids it. */
function patch(call: Call, table: Table, key: string): HttpResponse {
  const body = jsonBody(call);
  const id = parseGuid(key);
  const before = id === undefined || table.get(id) ? rowByKey(call, table, key) : undefined;
  const ifMatch = headerValue(call.request.headers, "if-match");
  if (!before) {
    if (ifMatch !== undefined) throw missingRow(table.logicalName, key);
    requireRight(call, "Create", table);
    const values = rowValues(call, table, body, true);
    call.org.create(
      table.logicalName,
      {
        ...values,
        ...delegate(call, table, ["createdonbehalfby", "modifiedonbehalfby"]),
        [table.primaryId]: id,
      },
      call.access.caller.userId,
    );
    return writeResponse(call, table, String(id), 201);
  }
  if (headerValue(call.request.headers, "if-none-match") === "*") {
    throw new ODataError(412, "0x80040237", "A record with matching key values already exists.");
  }
  requireRight(call, "Write", table);
  requireVersion(before, ifMatch);
  const found = String(before[table.primaryId]);
  update(call, table, found, rowValues(call, table, body, false));
  return writeResponse(call, table, found, 200);
}

function remove(call: Call, table: Table, key: string): HttpResponse {
  requireRight(call, "Delete", table);
  const row = rowByKey(call, table, key);
  requireVersion(row, headerValue(call.request.headers, "if-match"));
  call.org.remove(table.logicalName, String(row[table.primaryId]));
  return createResponse(204, {});
}

function setColumn(call: Call, table: Table, key: string, name: string, value: unknown): HttpResponse {
  requireRight(call, "Write", table);
  const id = String(rowByKey(call, table, key)[table.primaryId]);
  const values = rowValues(call, table, { [columnByProperty(table, name).logicalName]: value }, false);
  update(call, table, id, values);
  return writeResponse(call, table, id, 204);
}

/** Clears one column, or a lookup (`primarycontactid/$ref`). */
function clearColumn(
  call: Call,
  table: Table,
  key: string,
  name: string,
  last: string | undefined,
): HttpResponse {
  if (last !== undefined && last !== "$ref") throw unparsedPath();
  const disassociated = last === "$ref" ? disassociate(call, table, key, name) : undefined;
  if (disassociated) return disassociated;
  requireRight(call, "Write", table);
  const id = String(rowByKey(call, table, key)[table.primaryId]);
  const column = last === "$ref" ? table.column(name.toLowerCase()) : columnByProperty(table, name);
  if (!column) throw unknownSegment(name);
  update(call, table, id, { [column.logicalName]: null });
  return createResponse(204, {});
}

function update(call: Call, table: Table, id: string, values: MutableRow): void {
  const all = { ...values, ...delegate(call, table, ["modifiedonbehalfby"]) };
  call.org.update(table.logicalName, id, all, call.access.caller.userId);
}

/** The columns that name the user who acted as another; empty if nobody did. */
function delegate(call: Call, table: Table, names: readonly string[]): MutableRow {
  const by = call.access.impersonatedBy ?? null;
  return Object.fromEntries(names.filter((name) => table.column(name)).map((name) => [name, by]));
}

function requireVersion(row: Row, ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch === "*" || ifMatch === `W/"${row["versionnumber"]}"`) return;
  throw new ODataError(
    412,
    "0x80060882",
    "The version of the existing record doesn't match the RowVersion property provided.",
  );
}

/** Returns 204 with the row's URL, or the row when the client prefers it. */
function writeResponse(call: Call, table: Table, id: string, withBody: 200 | 201 | 204): HttpResponse {
  const address = entityUrl(call, table, id);
  const row = table.get(id);
  if (call.prefer.representation && withBody !== 204 && row) {
    return jsonResponse(
      rowBody(call, table, row),
      {
        ETag: `W/"${row["versionnumber"]}"`,
        Location: address,
        "Preference-Applied": "return=representation",
      },
      withBody,
    );
  }
  return createResponse(204, {
    "OData-EntityId": address,
    ...(withBody === 201 ? { Location: address } : {}),
  });
}

function runAction(call: Call, name: string): HttpResponse | undefined {
  switch (name) {
    case "Merge":
      return merge(call);
    case "GrantAccess":
    case "ModifyAccess":
      return grantAccess(call);
    case "RevokeAccess":
      return revokeAccess(call);
    default:
      return undefined;
  }
}

function merge(call: Call): HttpResponse {
  const body = jsonBody(call);
  const accounts = call.org.accounts;
  requireRight(call, "Write", accounts);
  const [master, subordinate] = [
    resolveReference(call, body, "Target"),
    resolveReference(call, body, "Subordinate"),
  ];
  const content = body["UpdateContent"];
  const values = isObject(content) ? rowValues(call, accounts, content, false) : {};
  call.org.updateAccount(master.id, values, call.access.caller.userId);
  call.org.mergeAccounts(master.id, subordinate.id, call.access.caller.userId);
  return createResponse(204, {});
}

function grantAccess(call: Call): HttpResponse {
  const body = jsonBody(call);
  const access = body["PrincipalAccess"];
  if (!isObject(access)) throw badRequest("The parameter 'PrincipalAccess' is missing.");
  call.org.shareView(
    resolveReference(call, body, "Target").id,
    resolveReference(call, access, "Principal").id,
  );
  return createResponse(204, {});
}

function revokeAccess(call: Call): HttpResponse {
  const body = jsonBody(call);
  call.org.unshareView(resolveReference(call, body, "Target").id, resolveReference(call, body, "Revokee").id);
  return createResponse(204, {});
}

/**
 * Resolves a row in an action's parameters by type and key:
 * `{"@odata.type":"Microsoft.Dynamics.CRM.account","accountid":"…"}`.
 */
function resolveReference(
  call: Call,
  body: Readonly<Record<string, unknown>>,
  name: string,
): { table: Table; id: string } {
  const value = body[name];
  const type = isObject(value)
    ? /^#?Microsoft\.Dynamics\.CRM\.(\w+)$/.exec(String(value["@odata.type"]))?.[1]
    : undefined;
  const table = call.org.table(type ?? "");
  if (!table || !isObject(value))
    throw badRequest(`The parameter '${name}' must name a row by @odata.type and key.`);
  const key = String(value[table.primaryId]);
  return { table, id: String(rowByKey(call, table, key)[table.primaryId]) };
}
