// An answer of the metadata service: its context, the version of all metadata when that was asked for, and limits of BigInt in full.
import type { SimReply } from "../http-middleware.ts";
import type { Call } from "../webapi/call.ts";
import { METADATA_VERSION } from "../webapi/prefer.ts";
import { jsonReply } from "../webapi/responses.ts";
import type { JsonObject } from "./labels.ts";

// Placeholders a JavaScript number can hold; the text has the full 64 bits.
export const LARGEST = Number("9223372036854775807");
export const SMALLEST = Number("-9223372036854775808");

export function metadataAnswer(call: Call, context: string, members: JsonObject): SimReply {
  const version: JsonObject = call.wanted(METADATA_VERSION)
    ? { [`@${METADATA_VERSION}`]: String(call.org.metadataVersion) }
    : {};
  const body = JSON.stringify({
    "@odata.context": `${call.base}/$metadata#${context}`,
    ...version,
    ...members,
  });
  return jsonReply(
    body
      .replaceAll("-9223372036854776000", "-9223372036854775808")
      .replaceAll("9223372036854776000", "9223372036854775807"),
  );
}
