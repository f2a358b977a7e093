// Mounts implementations of a contract: checks access, validates input, calls the handler, and
// sends only the fields that the contract has.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Contract, Route } from "./contract/route.ts";
import { checkAccess } from "./guard.ts";
import type { Caller, Implementation } from "./implement.ts";
import { validateInput } from "./validate.ts";
import { assertAllRoutesImplemented } from "./assert-all-routes-implemented.ts";

declare module "fastify" {
  interface FastifyRequest {
    caller: Caller;
  }
}

/** An HTTP API: routes below a prefix, and how callers are authenticated. */
export type HttpApi = {
  /** Such as "/api/app". */
  readonly prefix: string;
  readonly contract: Contract;
  /** The contract's implementations. */
  readonly routes: readonly Implementation[];
  /**
   * May return a caller without a teammate, for routes that allow anyone.
   * @throws ApiError 401 if credentials are given and not accepted
   */
  readonly authenticate: (request: FastifyRequest) => Promise<Caller>;
  /**
   * Needed for credentials that browsers send by themselves, such as a cookie.
   * @throws ApiError 403 if another site may have caused the request
   */
  readonly checkCsrf?: (request: FastifyRequest) => void;
};

/** @throws if a route of the contract has no implementation, or several */
export function mountRoutes(server: FastifyInstance, api: HttpApi): void {
  const { prefix, routes, authenticate, checkCsrf } = api;
  assertAllRoutesImplemented(api.contract, routes);
  const streams = trackEventStreams(server);
  for (const { route, handle } of routes) {
    server.route({
      method: route.method,
      url: prefix + route.path,
      onRequest: async (request, reply) => {
        request.caller = await authenticate(request);
        checkAccess(route, request.caller);
        checkCsrf?.(request);
        if (route.produces === "events") streams.add(reply);
      },
      handler: async (request, reply) => {
        const { params, query, body } = request;
        const input = validateInput(route, { params, query, body });
        const answer = await handle(input, request.caller, { request, reply });
        return reply.sent || route.produces !== undefined ? reply : send(reply, route, answer);
      },
    });
  }
}

function send(reply: FastifyReply, route: Route, answer: unknown): FastifyReply {
  if (route.answer === undefined) return reply.status(204).send();
  // Parsing drops other fields, so that a new column is not published by accident.
  return reply.send(route.answer.parse(answer));
}

/**
 * Ends event streams when the server stops, because they never end by themselves. Browsers
 * reconnect.
 */
function trackEventStreams(server: FastifyInstance): { add(reply: FastifyReply): void } {
  const open = new Set<FastifyReply["raw"]>();
  server.addHook("preClose", async () => {
    for (const raw of open) raw.end(() => raw.socket?.end());
  });
  return {
    add: ({ raw }) => {
      open.add(raw);
      raw.on("close", () => open.delete(raw));
      // Writing an event after the stream has ended emits an error, which would end the process if nobody
      // listened.
      raw.on("error", () => open.delete(raw));
    },
  };
}
