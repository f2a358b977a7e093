// Implementations of the contract, mounted: guard, validate, handle, and of the answer only what the contract promises.
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

/** An HTTP API: the routes below a prefix, and how one tells who calls them. */
export type HttpApi = {
  /** Such as "/api/app". */
  readonly prefix: string;
  readonly contract: Contract;
  /** The code of the contract. */
  readonly routes: readonly Implementation[];
  /** @throws ApiError 401 when what the request shows is not accepted; a route may let nobody in particular in */
  readonly authenticate: (request: FastifyRequest) => Promise<Caller>;
  /** For what browsers send by themselves, such as a cookie. @throws ApiError 403 when another site may have made the request */
  readonly checkForgery?: (request: FastifyRequest) => void;
};

/** @throws when a route of the contract has no code, or more than one piece of it */
export function mountRoutes(server: FastifyInstance, api: HttpApi): void {
  const { prefix, routes, authenticate, checkForgery } = api;
  assertAllRoutesImplemented(api.contract, routes);
  const streams = trackEventStreams(server);
  for (const { route, handle } of routes) {
    server.route({
      method: route.method,
      url: prefix + route.path,
      onRequest: async (request, reply) => {
        request.caller = await authenticate(request);
        checkAccess(route, request.caller);
        checkForgery?.(request);
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
  // Parsed, so that a column that is new tomorrow is not published by itself.
  return reply.send(route.answer.parse(answer));
}

/** Streams of events never end by themselves, so a server that stops ends them; the browser asks again. */
function trackEventStreams(server: FastifyInstance): { add(reply: FastifyReply): void } {
  const open = new Set<FastifyReply["raw"]>();
  server.addHook("preClose", async () => {
    for (const raw of open) raw.end(() => raw.socket?.end());
  });
  return {
    add: ({ raw }) => {
      open.add(raw);
      raw.on("close", () => open.delete(raw));
      // An event that was on its way when the stream ended here goes nowhere; unheard, that would end the process.
      raw.on("error", () => open.delete(raw));
    },
  };
}
