// Who is signed in, as the application knows it.
import { queryOptions, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { accessLevels, type Access } from "../../../src/api/contract/route.ts";
import { sessionRoutes, type Session } from "../../../src/api/contract/session.ts";
import { callRoute, setCsrfToken } from "../client/call-route.ts";
import { routeQuery } from "../client/queries.ts";

/** Takes a session that an answer brought, with the token that belongs to it. */
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

/** Whether the one signed in may call what asks for this access. */
export function hasAccess(session: Session | undefined, access: Access): boolean {
  const role: Access = session?.teammate?.role ?? "anyone";
  return accessLevels.indexOf(role) >= accessLevels.indexOf(access);
}

export function useHasAccess(access: Access): boolean {
  return hasAccess(useQuery(sessionQuery).data, access);
}
