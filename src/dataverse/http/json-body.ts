// Parses the JSON body and the request id of a Dataverse response.
import { bodyText } from "../../lib/http.ts";
import type { HttpResponse } from "../../lib/http.ts";
import { quoteLongNumbers } from "./number-literals.ts";

/** The body was received incomplete or is not JSON. */
export class IncompleteBody extends Error {
  override readonly name = "IncompleteBody";
}

/**
 * Parses the body as JSON.
 * @param numbers columns whose numbers are strings, their literals, if a double may not hold them
 * @throws IncompleteBody
 */
export function parseJson(response: HttpResponse, numbers: readonly string[] = []): unknown {
  const text = bodyText(response.body);
  try {
    return JSON.parse(numbers.length === 0 ? text : quoteLongNumbers(text, numbers));
  } catch (error) {
    throw new IncompleteBody("The body is not JSON.", { cause: error });
  }
}

/** The request id that Microsoft's support asks for. */
export function requestIdOf(response: HttpResponse): string | undefined {
  const id = response.headers["x-ms-service-request-id"] ?? response.headers["req_id"];
  return id === undefined ? undefined : String(id);
}
