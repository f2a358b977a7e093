// Routes as queries: the route and what is asked of it are the key, so that whoever changes something can name the
// routes whose answers are stale.
import {
  infiniteQueryOptions,
  QueryCache,
  QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
  type Query,
} from "@tanstack/react-query";
import type { Route, RouteAnswer, RouteRequest } from "../../../src/api/contract/route.ts";
import { sessionRoutes } from "../../../src/api/contract/session.ts";
import { callRoute, ApiError } from "./call-route.ts";

/** The first part of a query's key: all that was asked of one route. */
export function routeKey(route: Route): string {
  return `${route.method} ${route.path}`;
}

export function routeQuery<R extends Route>(route: R, request: RouteRequest<R>) {
  return queryOptions<RouteAnswer<R>, ApiError>({
    queryKey: [routeKey(route), request],
    queryFn: ({ signal }) => callRoute(route, request, signal),
  });
}

/** A list that goes on at `next`: pages of it, as one asks for more. */
export function pagedQuery<R extends Route>(
  route: RouteAnswer<R> extends { next: string | null } ? R : never,
  request: RouteRequest<R>,
) {
  type Page = RouteAnswer<R> & { next: string | null };
  return infiniteQueryOptions({
    queryKey: [routeKey(route), request, "pages"],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) => {
      const query = { ...request.query, after: pageParam };
      const answer: unknown = await callRoute(route, { ...request, query }, signal);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `route` is one of those whose answer is a page
      return answer as Page;
    },
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

/** A long list begins anew: all the pages one had seen would be asked for one after the other. */
function isPaged({ queryKey }: Query): boolean {
  return queryKey.includes("pages");
}

/**
 * What was asked of these routes is no longer so: what is in sight is asked again, the rest when it comes into sight. An answer
 * on its way may be from before, and would count as new: it is not waited for.
 */
export async function invalidateRoutes(queryClient: QueryClient, routes: readonly Route[]): Promise<void> {
  await Promise.all(
    routes.map(async (route) => {
      const queryKey = [routeKey(route)];
      queryClient.removeQueries({ queryKey, type: "inactive", predicate: isPaged });
      await queryClient.cancelQueries({ queryKey });
      await queryClient.invalidateQueries({ queryKey });
    }),
  );
}

/** A change: `mutate(request)` calls the route, then everything asked of `stale` is asked again. */
export function useRouteMutation<R extends Route>(route: R, invalidates: readonly Route[] = []) {
  const queryClient = useQueryClient();
  return useMutation<RouteAnswer<R>, ApiError, RouteRequest<R>>({
    mutationFn: (request) => callRoute(route, request),
    onSuccess: () => invalidateRoutes(queryClient, invalidates),
  });
}

/** Worth asking again: the server was away or busy. A refusal stays one. */
export function isTransient(error: Error): boolean {
  return !(error instanceof ApiError) || error.status === 0 || error.status >= 502;
}

export function createQueryClient(): QueryClient {
  const queryClient = new QueryClient({
    queryCache: new QueryCache({
      // The session ended meanwhile: asking for it again leads to the sign-in page.
      onError: (error) => {
        if (error instanceof ApiError && error.status === 401)
          void queryClient.invalidateQueries({ queryKey: [routeKey(sessionRoutes.getSession)] });
      },
    }),
    defaultOptions: {
      queries: { staleTime: 15_000, retry: (failureCount, error) => failureCount < 2 && isTransient(error) },
    },
  });
  return queryClient;
}
