// Routes as queries. The query key is the route and the request, so that a mutation can name the
// routes whose cached answers it invalidates.
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

/** The first part of a query key, shared by all requests to the route. */
export function routeKey(route: Route): string {
  return `${route.method} ${route.path}`;
}

export function routeQuery<R extends Route>(route: R, request: RouteRequest<R>) {
  return queryOptions<RouteAnswer<R>, ApiError>({
    queryKey: [routeKey(route), request],
    queryFn: ({ signal }) => callRoute(route, request, signal),
  });
}

/** An infinite query over a list that is paged by a cursor. */
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
      // The type of `route` demands that its answer is a page.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return answer as Page;
    },
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

/**
 * Whether a query holds several pages: refetching it would load all of them one after the other.
 */
function isPaged({ queryKey }: Query): boolean {
  return queryKey.includes("pages");
}

/**
 * Refetches the visible answers of these routes and drops the others. Requests under way are
 * cancelled, since their answers may be older than the change and would count as fresh.
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

/**
 * A mutation: `mutate(request)` calls the route and then invalidates the answers of `invalidates`.
 */
export function useRouteMutation<R extends Route>(route: R, invalidates: readonly Route[] = []) {
  const queryClient = useQueryClient();
  return useMutation<RouteAnswer<R>, ApiError, RouteRequest<R>>({
    mutationFn: (request) => callRoute(route, request),
    onSuccess: () => invalidateRoutes(queryClient, invalidates),
  });
}

/** Whether a retry may succeed: the server was unreachable or overloaded. */
export function isTransient(error: Error): boolean {
  return !(error instanceof ApiError) || error.status === 0 || error.status >= 502;
}

export function createQueryClient(): QueryClient {
  const queryClient = new QueryClient({
    queryCache: new QueryCache({
      // The session has ended. Loading it again leads to the sign-in page.
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
