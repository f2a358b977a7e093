// Creates responses of the Web API: the headers of every response, JSON bodies, errors, and the 401
// that says where to sign in.
import { randomUUID } from "node:crypto";
import type { HttpResponse, TokenCheck } from "../http-middleware.ts";
import type { ODataError } from "./odata-error.ts";

const EXPOSED_HEADERS =
  "Preference-Applied,OData-EntityId,Location,ETag,OData-Version,Content-Encoding,Transfer-Encoding,Content-Length,Retry-After,REQ_ID";
const JSON_TYPE = "application/json; odata.metadata=minimal";

/** The headers that Dataverse sends with every response. */
function serviceHeaders(): Record<string, string | readonly string[]> {
  const requestId = randomUUID();
  return {
    "Cache-Control": "no-cache",
    Expires: "-1",
    Allow: "OPTIONS,GET,HEAD,POST",
    "OData-Version": "4.0",
    REQ_ID: requestId,
    "x-ms-service-request-id": `${requestId},${randomUUID()}`,
    AuthActivityId: randomUUID(),
    "x-ms-dop-hint": "4",
    "x-ms-ratelimit-time-remaining-xrm-requests": "1,200.00",
    "x-ms-ratelimit-burst-remaining-xrm-requests": "5999",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Access-Control-Expose-Headers": EXPOSED_HEADERS,
    "Set-Cookie": [
      "ARRAffinity=5f1c7d0e2ab94c6d8e0f; path=/; secure; HttpOnly",
      `ReqClientId=${requestId}; expires=Wed, 01-Jan-2076 00:00:00 GMT; path=/; secure; HttpOnly`,
    ],
  };
}

export function createResponse(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer = "",
): HttpResponse {
  return { status, headers: { ...serviceHeaders(), ...headers }, body };
}

/** @param body JSON text, in which numbers keep the trailing zeros of the writer */
export function jsonResponse(
  body: string,
  headers: Readonly<Record<string, string>> = {},
  status = 200,
): HttpResponse {
  return createResponse(status, { "Content-Type": JSON_TYPE, ...headers }, body);
}

/** @param annotated when include-annotations="*" was requested, the error object has details */
export function errorResponse(error: ODataError, annotated = false): HttpResponse {
  const details = annotated
    ? {
        "@Microsoft.PowerApps.CDS.ErrorDetails.OperationStatus": "0",
        "@Microsoft.PowerApps.CDS.ErrorDetails.SubErrorCode": "0",
        "@Microsoft.PowerApps.CDS.HelpLink":
          "http://go.microsoft.com/fwlink/?LinkID=398563" +
          `&error=Microsoft.Crm.CrmException%3a${error.code.slice(2)}&client=platform`,
        "@Microsoft.PowerApps.CDS.TraceText": "",
        "@Microsoft.PowerApps.CDS.InnerError.Message": error.message,
      }
    : {};
  const body = JSON.stringify({ error: { code: error.code, message: error.message, ...details } });
  return createResponse(error.status, { "Content-Type": JSON_TYPE }, body);
}

/** Authority discovery: the tenant's v1 authorize URL, and the resource that tokens must be for. */
export function unauthorized(
  origin: string,
  tenantId: string,
  reason: (TokenCheck & { ok: false })["reason"],
): HttpResponse {
  const discovery = `authorization_uri=${origin}/${tenantId}/oauth2/authorize, resource_id=${origin}/`;
  const invalid =
    reason === "missing" ? "" : "error=invalid_token, error_description=Error during token validation!, ";
  return {
    status: 401,
    headers: { ...serviceHeaders(), "WWW-Authenticate": `Bearer ${invalid}${discovery}` },
    body: "",
  };
}
