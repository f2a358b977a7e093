// Connects a route of the contract with its handler. The server checks access, validates the input
// by the route's schemas, and turns errors into answers (`mount.ts`).
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Route, RouteAnswer, RouteInput } from "./contract/route.ts";
import type { Role } from "./contract/session.ts";

/** The caller; null if nobody is signed in, which only routes for "anyone" allow. */
export type Caller = {
  readonly teammate: {
    readonly id: number;
    readonly email: string;
    readonly name: string;
    readonly role: Role;
  } | null;
};

/** For answers other than JSON (downloads, events, redirects), which the handler writes itself. */
export type Exchange = { readonly request: FastifyRequest; readonly reply: FastifyReply };

export type Handler<R extends Route> = (
  input: RouteInput<R>,
  caller: Caller,
  exchange: Exchange,
) => Promise<RouteAnswer<R> extends undefined ? void : RouteAnswer<R>>;

export type Implementation = { readonly route: Route; readonly handle: Handler<Route> };

/** Connects a route with its handler, typed by the route's schemas. */
export function implement<R extends Route>(route: R, handle: Handler<R>): Implementation {
  // The server passes what the route's own schemas return, so the narrower types hold.
  return { route, handle };
}

/** An error with an HTTP status, a code and a sentence, to be thrown anywhere behind a route. */
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

/** Returns the signed-in teammate, in routes whose access level requires one. */
export function requireTeammate(caller: Caller): NonNullable<Caller["teammate"]> {
  if (caller.teammate === null) throw new Error("A route for teammates was reached by nobody.");
  return caller.teammate;
}
