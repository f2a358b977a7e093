// Creates errors of the Web API with Dataverse's own codes and words (Microsoft Learn: "Web service
// error codes", "Compose HTTP requests and handle errors"). They are thrown, and web-api.ts turns
// them into responses.

export class ODataError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "ODataError";
    this.status = status;
    this.code = code;
  }
}

/** Creates an error of the OData library itself, before Dataverse sees the request. */
export function badRequest(message: string): ODataError {
  return new ODataError(400, "0x80060888", message);
}

export function unknownProperty(name: string, type: string): ODataError {
  return badRequest(`Could not find a property named '${name}' on type 'Microsoft.Dynamics.CRM.${type}'.`);
}

export function syntaxError(position: number, expression: string): ODataError {
  return badRequest(`Syntax error at position ${position} in '${expression}'.`);
}

export function unknownSegment(segment: string): ODataError {
  return new ODataError(404, "0x80060888", `Resource not found for the segment '${segment}'.`);
}

export function unparsedPath(): ODataError {
  return badRequest(
    "URL was not parsed due to an ODataUnrecognizedPathException. Resource not found for the segment provided in the URL.",
  );
}

/** @param label the table's name in the error: lower case for most, `UserQuery` for views */
export function missingRow(label: string, id: string): ODataError {
  return new ODataError(404, "0x80040217", `Entity '${label}' With Id = ${id} Does Not Exist`);
}

export function securedColumn(table: string, column: string, userId: string): ODataError {
  return new ODataError(
    403,
    "0x8004F506",
    `Caller user with Id ${userId} does not have read permissions to the attribute '${column}' of entity '${table}' that is secured.`,
  );
}
