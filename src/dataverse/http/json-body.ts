// What every answer of Dataverse is read with.
import { bodyText } from "../../lib/http.ts";
import type { HttpResponse } from "../../lib/http.ts";

/** A body that came, but not whole or not as JSON. */
export class IncompleteBody extends Error {
  override readonly name = "TornBody";
}

/** The body as JSON. Throws TornBody if it is none. */
export function parseJson(answer: HttpResponse): unknown {
  try {
    return JSON.parse(bodyText(answer.body));
  } catch (error) {
    throw new IncompleteBody("The body is not JSON.", { cause: error });
  }
}

/** What Microsoft's support asks for. */
export function requestIdOf(answer: HttpResponse): string | undefined {
  const id = answer.headers["x-ms-service-request-id"] ?? answer.headers["req_id"];
  return id === undefined ? undefined : String(id);
}
