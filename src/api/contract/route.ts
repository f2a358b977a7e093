// Routes as data: method, path, access level, and zod schemas of input and answer. Types,
// validation, the OpenAPI document, the browser's client and the access test derive from them. It
// imports only zod and src/settings, so that the browser can use it.
import { z } from "zod";

/** Who may call a route; each level includes the ones after it. */
export const accessLevels = ["anyone", "teammate", "workspace-admin", "company-admin"] as const;
export type Access = (typeof accessLevels)[number];

/** Whether a role, or "anyone" without one, is at least the access level. */
export function grants(role: Access, access: Access): boolean {
  return accessLevels.indexOf(role) >= accessLevels.indexOf(access);
}

export type Route = {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below its API's prefix, with fastify's `:name` for parameters. */
  readonly path: string;
  readonly access: Access;
  /** One line for the OpenAPI document. */
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** The schema of a JSON answer; absent for an empty answer (204) and with `produces`. */
  readonly answer?: z.ZodType;
  /** A download, a stream of server-sent events, or a redirect that the browser follows. */
  readonly produces?: "csv" | "events" | "redirect";
};

/** The routes of an HTTP API, by name. */
export type Contract = Readonly<Record<string, Route>>;

/** Prefix of the web application's routes. */
export const APP_PREFIX = "/api/app";

/** Keeps the literal types of a definition. */
export function route<const R extends Route>(definition: R): R {
  return definition;
}

type SchemaOutput<T> = T extends z.ZodType ? z.output<T> : undefined;
type SchemaInput<T> = T extends z.ZodType ? z.input<T> : undefined;

/** The validated input of a route's handler. */
export type RouteInput<R extends Route> = {
  readonly params: SchemaOutput<R["params"]>;
  readonly query: SchemaOutput<R["query"]>;
  readonly body: SchemaOutput<R["body"]>;
};

/** What a caller passes, only with the parts that the route has. */
export type RouteRequest<R extends Route> = (R["params"] extends z.ZodType
  ? { readonly params: SchemaInput<R["params"]> }
  : { readonly params?: undefined }) &
  (R["query"] extends z.ZodType
    ? { readonly query?: SchemaInput<R["query"]> }
    : { readonly query?: undefined }) &
  (R["body"] extends z.ZodType ? { readonly body: SchemaInput<R["body"]> } : { readonly body?: undefined });

export type RouteAnswer<R extends Route> = R["answer"] extends z.ZodType ? z.output<R["answer"]> : undefined;

/** The body of every error answer. `sentence` says what happened, to what, and what to do. */
export const errorAnswer = z.object({
  error: z.object({
    /** An identifier to search for, such as "signed-out" or "view-not-found". */
    code: z.string(),
    sentence: z.string(),
    /** The part of the input that is wrong, such as "address". */
    field: z.string().optional(),
    requestId: z.string(),
  }),
});
export type ErrorAnswer = z.infer<typeof errorAnswer>;

/** A time as ISO 8601 in UTC. */
export const timestamp = z.iso.datetime();
/** A numeric id in a path. */
export const idParam = z.object({ id: z.coerce.number().int().positive() });
/** An opaque position in a list. Its longest part is the longest name of an account. */
export const cursor = z.string().max(8000);
