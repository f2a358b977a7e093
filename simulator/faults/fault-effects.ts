// From a fault to what happens to the request that met it: a wait, a cut, an answer of its own, a changed answer,
// or a change of the organisation just before it answers.
import { setTimeout as delay } from "node:timers/promises";
import type { HttpResponse } from "../http-middleware.ts";
import { limitRefusal, SERVICE_LIMITS, throttledResponse } from "./limits.ts";
import type { Fault } from "./rule.ts";

/** What the organisation and the authority can be made to do in the middle of a read. */
export interface FaultActions {
  deleteView(viewId: string): void;
  unshareView(viewId: string): void;
  deleteColumn(table: string, column: string): void;
  deleteRow(table: string, id: string): void;
  changeRow(
    table: string,
    id: string,
    values: Readonly<Record<string, string | number | boolean | null>>,
  ): void;
  revokeRefreshTokens(userPrincipalName: string | undefined): void;
  refuseToken(aadstsCode: number): void;
  /** The 401 of an environment for a token that is over. */
  expiredTokenResponse(): HttpResponse;
}

/** What is to be done with one request; all members optional, in the order they come into play. */
export interface FaultEffect {
  /** To be awaited before anything is answered. */
  readonly wait?: Promise<void>;
  readonly disconnect?: "before-headers" | "in-body";
  /** The answer, instead of asking the organisation. */
  readonly response?: HttpResponse;
  /** Changes the organisation's answer. */
  readonly transform?: (response: HttpResponse) => HttpResponse;
}

export interface FaultContext {
  /** Path and query as requested. */
  readonly target: string;
  /** The last good answer to a request the rule matched. */
  readonly lastResponse: HttpResponse | undefined;
  readonly actions: FaultActions;
  /** Ends when the rule releases what it holds. */
  readonly waitForRelease: () => Promise<void>;
}

/** Undefined: nothing can happen yet, the rule waits for its next turn. */
export function faultEffect(
  fault: Fault,
  { target, lastResponse, actions, waitForRelease }: FaultContext,
): FaultEffect | undefined {
  switch (fault.kind) {
    case "throttle":
      return {
        response: throttledResponse(limitRefusal(fault.limit, SERVICE_LIMITS, undefined), fault.retryAfter),
      };
    case "unavailable":
      return { response: unavailable(fault.retryAfter) };
    case "bad-gateway":
      return { response: BAD_GATEWAY };
    case "cut":
      return { disconnect: fault.when };
    case "slow":
      return { wait: delay(fault.milliseconds) };
    case "hold":
      return { wait: waitForRelease() };
    case "expired-token":
      return { response: actions.expiredTokenResponse() };
    case "malformed-json":
      return { transform: truncated };
    case "repeat-page":
      return lastResponse ? { response: lastResponse } : undefined;
    case "empty-page":
      return {
        transform: (response) => (/[?&]fetchXml=/i.test(target) ? response : withoutRows(response, target)),
      };
    case "answer":
      return { response: { status: fault.status, headers: fault.headers, body: fault.body } };
    case "delete-view":
      actions.deleteView(fault.viewId);
      return {};
    case "unshare-view":
      actions.unshareView(fault.viewId);
      return {};
    case "delete-column":
      actions.deleteColumn(fault.table, fault.column);
      return {};
    case "delete-row":
      actions.deleteRow(fault.table, fault.id);
      return {};
    case "change-row":
      actions.changeRow(fault.table, fault.id, fault.values);
      return {};
    case "revoke-refresh-tokens":
      actions.revokeRefreshTokens(fault.userPrincipalName);
      return {};
    case "refuse-token":
      actions.refuseToken(fault.code);
      return {};
    default:
      return fault satisfies never;
  }
}

export function bodyText(response: HttpResponse): string {
  return typeof response.body === "string" ? response.body : response.body.toString("utf8");
}

function truncated(response: HttpResponse): HttpResponse {
  const text = bodyText(response);
  return { ...response, body: text.slice(0, Math.ceil(text.length / 2)) };
}

function unavailable(retryAfter: number | string): HttpResponse {
  return {
    status: 503,
    headers: {
      "content-type": "text/html",
      ...(retryAfter === "absent" ? {} : { "retry-after": String(retryAfter) }),
    },
    body: "<html><head><title>Service Unavailable</title></head><body><h2>Service Unavailable</h2><p>HTTP Error 503. The service is unavailable.</p></body></html>",
  };
}

const BAD_GATEWAY: HttpResponse = {
  status: 502,
  headers: { "content-type": "text/html" },
  body: "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n",
};

/** A page without rows whose nextLink is the very address that was asked for. */
function withoutRows(response: HttpResponse, target: string): HttpResponse {
  if (response.status !== 200) return response;
  const body: unknown = JSON.parse(bodyText(response));
  if (typeof body !== "object" || body === null || !("value" in body)) return response;
  const context = "@odata.context" in body ? String(body["@odata.context"]) : "";
  const origin = URL.canParse(context) ? new URL(context).origin : "";
  const page = { ...body, value: [], "@odata.nextLink": `${origin}${target}` };
  return { ...response, body: JSON.stringify(page) };
}
