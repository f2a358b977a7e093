// Routes of teammates: list, invitation, roles, removal, password reset.
import type { Kysely } from "kysely";
import { countAttempt, LIMITS, requireAttempt } from "../../access/attempts.ts";
import { deleteTeammate, editTeammate, invite, mailPasswordReset, type TeamDeps } from "../../access/team.ts";
import type { Database } from "../../db/pool.ts";
import type { Tables } from "../../db/tables.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Sealer } from "../../lib/sealer.ts";
import { emailKey } from "../../teammates/teammates.ts";
import { sessionRoutes as routes, type TeammateView } from "../contract/session.ts";
import { implement, requireTeammate, type Implementation } from "../implement.ts";

export type TeammateDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly publicUrl: () => string;
  readonly workspace: string;
  /**
   * Whether a mail server is set up; otherwise a link is returned to whoever created it, to pass it
   * on.
   */
  readonly delivers: boolean;
  readonly sealer: Sealer;
};

function views(db: Kysely<Tables>) {
  return db
    .selectFrom("teammates")
    .select(["id", "email", "name", "role", "state", "last_seen_at"])
    .orderBy("email");
}

type Row = Awaited<ReturnType<ReturnType<typeof views>["execute"]>>[number];

function viewOf({ last_seen_at: seen, ...row }: Row): TeammateView {
  return { ...row, lastSeenAt: seen?.toISOString() ?? null };
}

export async function teammateView(db: Kysely<Tables>, id: number): Promise<TeammateView> {
  return viewOf(await views(db).where("id", "=", id).executeTakeFirstOrThrow());
}

export function teammateRoutes(deps: TeammateDeps): Implementation[] {
  const { database, clock, publicUrl, ...rest } = deps;
  const db = database.kysely;
  const team = (): TeamDeps => ({ database, now: clock.now(), publicUrl: publicUrl(), ...rest });
  return [
    implement(routes.listTeammates, async () => ({ teammates: (await views(db).execute()).map(viewOf) })),
    implement(routes.invite, async ({ body }, caller) => {
      const { id, link } = await invite(team(), requireTeammate(caller), body);
      return { teammate: await teammateView(db, id), link: rest.delivers ? null : link };
    }),
    implement(routes.editTeammate, async ({ params, body }, caller) => {
      await editTeammate(team(), requireTeammate(caller), params.id, body);
      return { teammate: await teammateView(db, params.id) };
    }),
    implement(routes.removeTeammate, async ({ params }, caller) => {
      await deleteTeammate(team(), requireTeammate(caller), params.id);
      return undefined;
    }),
    implement(routes.requestReset, async ({ body }, _, { request }) => {
      const { now } = team();
      await requireAttempt(db, LIMITS.resetFromAddress, request.ip, now);
      // The answer is the same whether the address is known, unknown, or was requested too often.
      if (await countAttempt(db, LIMITS.resetFor, emailKey(body.email), now))
        await mailPasswordReset(team(), body.email);
      return undefined;
    }),
  ];
}
