// Creates a response of the metadata service: its context, the metadata version when requested, and
// the limits of BigInt in full.
import type { HttpResponse } from "../http-middleware.ts";
import type { Call } from "../webapi/call.ts";
import { METADATA_VERSION } from "../webapi/prefer.ts";
import { jsonResponse } from "../webapi/responses.ts";
import type { JsonObject } from "./labels.ts";

// The nearest JavaScript numbers, which the response text replaces by the full 64 bits.
export const MAX_BIGINT = Number("9223372036854775807");
export const MIN_BIGINT = Number("-9223372036854775808");

export function metadataResponse(call: Call, context: string, members: JsonObject): HttpResponse {
  const version: JsonObject = call.wantsAnnotation(METADATA_VERSION)
    ? { [`@${METADATA_VERSION}`]: String(call.org.metadataVersion) }
    : {};
  const body = JSON.stringify({
    "@odata.context": `${call.base}/$metadata#${context}`,
    ...version,
    ...members,
  });
  return jsonResponse(
    body
      .replaceAll("-9223372036854776000", "-9223372036854775808")
      .replaceAll("9223372036854776000", "9223372036854775807"),
  );
}
