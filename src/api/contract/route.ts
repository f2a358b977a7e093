// What the server answers and the browser asks, as data: every route with its method, path, who may call it, and the
// zod schemas of what goes in and comes out. Types, validation, the OpenAPI page, the browser's client and the test
// over route × role are all made from it. Imports zod and src/settings alone, so the browser can have it whole.
import { z } from "zod";

/** Who may call a route; each includes the ones below it. */
export const accessLevels = ["anyone", "teammate", "workspace-admin", "company-admin"] as const;
export type Access = (typeof accessLevels)[number];

export type Route = {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Under its API's prefix, with fastify's `:name` for parameters. */
  readonly path: string;
  readonly access: Access;
  /** One line for the OpenAPI page. */
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** JSON of this shape; absent for an empty answer (204) and for what `produces` names. */
  readonly answer?: z.ZodType;
  /** A download, a stream of server-sent events, or a redirect that the browser itself follows. */
  readonly produces?: "csv" | "events" | "redirect";
};

/** The routes of an HTTP API, by name. */
export type Contract = Readonly<Record<string, Route>>;

/** Where the web application's routes are. */
export const APP_PREFIX = "/api/app";

/** Keeps the literal types of a route. */
export function route<const R extends Route>(definition: R): R {
  return definition;
}

type SchemaOutput<T> = T extends z.ZodType ? z.output<T> : undefined;
type SchemaInput<T> = T extends z.ZodType ? z.input<T> : undefined;

/** What a route's code is given, validated. */
export type RouteInput<R extends Route> = {
  readonly params: SchemaOutput<R["params"]>;
  readonly query: SchemaOutput<R["query"]>;
  readonly body: SchemaOutput<R["body"]>;
};

/** What a caller passes: only the parts the route has. */
export type RouteRequest<R extends Route> = (R["params"] extends z.ZodType
  ? { readonly params: SchemaInput<R["params"]> }
  : { readonly params?: undefined }) &
  (R["query"] extends z.ZodType
    ? { readonly query?: SchemaInput<R["query"]> }
    : { readonly query?: undefined }) &
  (R["body"] extends z.ZodType ? { readonly body: SchemaInput<R["body"]> } : { readonly body?: undefined });

export type RouteAnswer<R extends Route> = R["answer"] extends z.ZodType ? z.output<R["answer"]> : undefined;

/** What every refusal looks like. `sentence` says what happened, to what, and what to do. */
export const refusal = z.object({
  error: z.object({
    /** Small print to search for, such as "signed-out" or "view-not-found". */
    code: z.string(),
    sentence: z.string(),
    /** The part of the input that is wrong, such as "address". */
    field: z.string().optional(),
    requestId: z.string(),
  }),
});
export type ErrorAnswer = z.infer<typeof refusal>;

/** A moment as ISO 8601 in UTC. */
export const timestamp = z.iso.datetime();
/** A number in a path. */
export const idParam = z.object({ id: z.coerce.number().int().positive() });
/** Where a list goes on; what is in it is the server's business. As long as the longest name of an account makes it. */
export const cursor = z.string().max(8000);
