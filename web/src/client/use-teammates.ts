// Teammates by their id, for fields that hold one.
import { useQuery } from "@tanstack/react-query";
import { sessionRoutes, type TeammateView } from "../../../src/api/contract/session.ts";
import { routeQuery } from "./queries.ts";

export function useTeammates(): readonly TeammateView[] {
  return (
    useQuery({ ...routeQuery(sessionRoutes.listTeammates, {}), staleTime: 300_000 }).data?.teammates ?? []
  );
}

/** The name behind an id, or the address of one who never said theirs. */
export function useTeammateName(): (id: string) => string | undefined {
  const teammates = useTeammates();
  return (id) => {
    const teammate = teammates.find((one) => String(one.id) === id);
    return teammate?.name || teammate?.email;
  };
}
