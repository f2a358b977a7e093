// Route of the latest mails, for company admins.
import type { Database } from "../../db/pool.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Sealer } from "../../lib/sealer.ts";
import { latestMails } from "../../mail/outbox.ts";
import { sessionRoutes as routes } from "../contract/session.ts";
import { implement, type Implementation } from "../implement.ts";

export function mailRoutes(deps: {
  readonly database: Database;
  readonly clock: Clock;
  readonly sealer: Sealer;
}): Implementation[] {
  return [
    implement(routes.listMail, async () => ({
      mails: await latestMails(deps.database.kysely, deps.clock.now(), deps.sealer),
    })),
  ];
}
