// Loads the teammates, for fields that hold the id of one.
import { useQuery } from "@tanstack/react-query";
import { sessionRoutes, type TeammateView } from "../../../src/api/contract/session.ts";
import { routeQuery } from "./queries.ts";

export function useTeammates(): readonly TeammateView[] {
  return (
    useQuery({ ...routeQuery(sessionRoutes.listTeammates, {}), staleTime: 300_000 }).data?.teammates ?? []
  );
}

/** Looks a teammate's name up by id; without a name, the e-mail address. */
export function useTeammateName(): (id: string) => string | undefined {
  const teammates = useTeammates();
  return (id) => {
    const teammate = teammates.find((one) => String(one.id) === id);
    return teammate?.name || teammate?.email;
  };
}
