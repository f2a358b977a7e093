// Maps a fault to its effect on a request: a delay, a disconnect, a response of its own, a changed
// response, or a change of the organisation just before it responds.
import { setTimeout as delay } from "node:timers/promises";
import type { HttpResponse } from "../http-middleware.ts";
import { limitRefusal, SERVICE_LIMITS, throttledResponse } from "./limits.ts";
import type { Fault } from "./rule.ts";

/** Changes that a fault can make to the organisation and the authority in the middle of a read. */
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
  /** Returns the environment's 401 for an expired token. */
  expiredTokenResponse(): HttpResponse;
}

/** What happens to one request. All members are optional and apply in this order. */
export interface FaultEffect {
  /** Delays the request until the promise resolves. */
  readonly wait?: Promise<void>;
  readonly disconnect?: "before-headers" | "in-body";
  /** Replaces the organisation's response; the organisation is not called. */
  readonly response?: HttpResponse;
  /** Transforms the organisation's response. */
  readonly transform?: (response: HttpResponse) => HttpResponse;
}

export interface FaultContext {
  /** Path and query as requested. */
  readonly target: string;
  /** The last successful response to a request that the rule matched. */
  readonly lastResponse: HttpResponse | undefined;
  readonly actions: FaultActions;
  /** Resolves when the rule releases the requests it holds. */
  readonly waitForRelease: () => Promise<void>;
}

/**
 * Returns undefined when the fault cannot apply yet, so that the rule waits for a later request.
 */
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

/** Returns a page without rows whose nextLink is the requested URL itself. */
function withoutRows(response: HttpResponse, target: string): HttpResponse {
  if (response.status !== 200) return response;
  const body: unknown = JSON.parse(bodyText(response));
  if (typeof body !== "object" || body === null || !("value" in body)) return response;
  const context = "@odata.context" in body ? String(body["@odata.context"]) : "";
  const origin = URL.canParse(context) ? new URL(context).origin : "";
  const page = { ...body, value: [], "@odata.nextLink": `${origin}${target}` };
  return { ...response, body: JSON.stringify(page) };
}
