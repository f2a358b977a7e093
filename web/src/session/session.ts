// The current session, and what its role may do.
import { queryOptions, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { grants, type Access } from "../../../src/api/contract/route.ts";
import { sessionRoutes, type Session } from "../../../src/api/contract/session.ts";
import { callRoute, setCsrfToken } from "../client/call-route.ts";
import { routeQuery } from "../client/queries.ts";

/** Keeps the CSRF token that comes with a session. */
export function acceptSession(session: Session): Session {
  setCsrfToken(session.csrfToken);
  return session;
}

export const sessionQuery = queryOptions({
  ...routeQuery(sessionRoutes.getSession, {}),
  queryFn: async ({ signal }) => acceptSession(await callRoute(sessionRoutes.getSession, {}, signal)),
  staleTime: 60_000,
});

export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data;
}

/** Whether the session's role is at least `access`. */
export function hasAccess(session: Session | undefined, access: Access): boolean {
  return grants(session?.teammate?.role ?? "anyone", access);
}

export function useHasAccess(access: Access): boolean {
  return hasAccess(useQuery(sessionQuery).data, access);
}
