// Implementations of the contract, mounted: guard, validate, handle, and of the answer only what the contract promises.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Route } from "./contract/route.ts";
import { checkAccess, checkOrigin } from "./guard.ts";
import type { Caller, Implementation } from "./implement.ts";
import { validInput } from "./validate.ts";

export const API = "/api/app";

declare module "fastify" {
  interface FastifyRequest {
    caller: Caller;
    /** The value of our cookie, if the browser sent one. */
    browser: string | undefined;
  }
}

export type MountParts = {
  /** Reads the session behind a cookie. */
  readonly callerOf: (cookie: string | undefined) => Promise<Caller>;
  readonly cookieOf: (request: FastifyRequest) => string | undefined;
  readonly publicUrl: () => string;
};

export function mountRoutes(
  server: FastifyInstance,
  implementations: readonly Implementation[],
  parts: MountParts,
): void {
  const streams = openStreams(server);
  for (const { route, handle } of implementations) {
    server.route({
      method: route.method,
      url: API + route.path,
      onRequest: async (request, reply) => {
        request.browser = parts.cookieOf(request);
        request.caller = await parts.callerOf(request.browser);
        checkAccess(route, request.caller);
        checkOrigin(request, request.browser, parts.publicUrl());
        if (route.produces === "events") streams.add(reply);
      },
      handler: async (request, reply) => {
        const { params, query, body } = request;
        const input = validInput(route, { params, query, body });
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
function openStreams(server: FastifyInstance): { add(reply: FastifyReply): void } {
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
