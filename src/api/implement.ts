// A route of the contract and the code behind it. The server mounts implementations: it checks who calls, validates what
// comes in by the route's schemas, and turns what is thrown into a refusal with a sentence.
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Route, RouteAnswer, RouteInput } from "./contract/route.ts";
import type { Role } from "./contract/session.ts";

/** Who calls: null only where a route lets anyone in. */
export type Caller = {
  readonly teammate: {
    readonly id: number;
    readonly email: string;
    readonly name: string;
    readonly role: Role;
  } | null;
};

/** For answers that are no JSON (downloads, events, redirects): the handler writes them itself. */
export type Exchange = { readonly request: FastifyRequest; readonly reply: FastifyReply };

export type Handler<R extends Route> = (
  input: RouteInput<R>,
  caller: Caller,
  exchange: Exchange,
) => Promise<RouteAnswer<R> extends undefined ? void : RouteAnswer<R>>;

export type Implementation = { readonly route: Route; readonly handle: Handler<Route> };

/** Ties a route to its code, with the types of its schemas. */
export function implement<R extends Route>(route: R, handle: Handler<R>): Implementation {
  // The server passes what the route's own schemas gave, so the narrower types hold.
  return { route, handle };
}

/** A refusal: thrown anywhere behind a route, answered with its status and sentence. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;

  constructor(status: number, code: string, sentence: string, field?: string) {
    super(sentence);
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

/** Who calls, where a route's access lets nobody else in. */
export function requireTeammate(caller: Caller): NonNullable<Caller["teammate"]> {
  if (caller.teammate === null) throw new Error("A route for teammates was reached by nobody.");
  return caller.teammate;
}
