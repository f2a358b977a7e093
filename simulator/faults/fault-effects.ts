// From a fault to what happens to the request that met it: a wait, a cut, an answer of its own, a changed answer,
// or a change of the organisation just before it answers.
import { setTimeout as delay } from "node:timers/promises";
import type { SimReply } from "../http-middleware.ts";
import { limitRefusal, SERVICE_LIMITS, throttled } from "./limits.ts";
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
  expiredTokenReply(): SimReply;
}

/** What is to be done with one request; all members optional, in the order they come into play. */
export interface Encounter {
  /** To be awaited before anything is answered. */
  readonly wait?: Promise<void>;
  readonly cut?: "before-headers" | "in-body";
  /** The answer, instead of asking the organisation. */
  readonly reply?: SimReply;
  /** Changes the organisation's answer. */
  readonly change?: (reply: SimReply) => SimReply;
}

export interface Meeting {
  /** Path and query as requested. */
  readonly target: string;
  /** The last good answer to a request the rule matched. */
  readonly last: SimReply | undefined;
  readonly actions: FaultActions;
  /** Ends when the rule releases what it holds. */
  readonly hold: () => Promise<void>;
}

/** Undefined: nothing can happen yet, the rule waits for its next turn. */
export function encounterOf(fault: Fault, { target, last, actions, hold }: Meeting): Encounter | undefined {
  switch (fault.kind) {
    case "throttle":
      return { reply: throttled(limitRefusal(fault.limit, SERVICE_LIMITS, undefined), fault.retryAfter) };
    case "unavailable":
      return { reply: unavailable(fault.retryAfter) };
    case "bad-gateway":
      return { reply: BAD_GATEWAY };
    case "cut":
      return { cut: fault.when };
    case "slow":
      return { wait: delay(fault.milliseconds) };
    case "hold":
      return { wait: hold() };
    case "expired-token":
      return { reply: actions.expiredTokenReply() };
    case "malformed-json":
      return { change: halved };
    case "repeat-page":
      return last ? { reply: last } : undefined;
    case "empty-page":
      return { change: (reply) => (/[?&]fetchXml=/i.test(target) ? reply : emptied(reply, target)) };
    case "answer":
      return { reply: { status: fault.status, headers: fault.headers, body: fault.body } };
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

export function bodyText(reply: SimReply): string {
  return typeof reply.body === "string" ? reply.body : reply.body.toString("utf8");
}

function halved(reply: SimReply): SimReply {
  const text = bodyText(reply);
  return { ...reply, body: text.slice(0, Math.ceil(text.length / 2)) };
}

function unavailable(retryAfter: number | string): SimReply {
  return {
    status: 503,
    headers: {
      "content-type": "text/html",
      ...(retryAfter === "absent" ? {} : { "retry-after": String(retryAfter) }),
    },
    body: "<html><head><title>Service Unavailable</title></head><body><h2>Service Unavailable</h2><p>HTTP Error 503. The service is unavailable.</p></body></html>",
  };
}

const BAD_GATEWAY: SimReply = {
  status: 502,
  headers: { "content-type": "text/html" },
  body: "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n",
};

/** A page without rows whose nextLink is the very address that was asked for. */
function emptied(reply: SimReply, target: string): SimReply {
  if (reply.status !== 200) return reply;
  const body: unknown = JSON.parse(bodyText(reply));
  if (typeof body !== "object" || body === null || !("value" in body)) return reply;
  const context = "@odata.context" in body ? String(body["@odata.context"]) : "";
  const origin = URL.canParse(context) ? new URL(context).origin : "";
  const page = { ...body, value: [], "@odata.nextLink": `${origin}${target}` };
  return { ...reply, body: JSON.stringify(page) };
}
