// A connected workspace with a mail server: Carol connected it, and one further recipient was
// chosen.
import { onTestFinished } from "vitest";
import type { Role } from "../../src/api/contract/session.ts";
import { createLog } from "../../src/lib/log.ts";
import { openDelivery, type Delivery } from "../../src/mail/delivery.ts";
import type { NotifyDeps } from "../../src/notify/notify.ts";
import { connectedWeb, type Connected } from "../jobs/connected.ts";
import { startMailServer, type MailServer } from "./mail-server.ts";

export const CAROL = "company-admin@ourcompany.example";
export const WENDY = "workspace-admin@ourcompany.example";
export const DESK = "desk@ourcompany.example";

export type NotifiedWorkspace = Connected & {
  readonly server: MailServer;
  readonly delivery: Delivery;
  /** Dependencies for notifying, as another process has them. */
  readonly deps: NotifyDeps;
  /** Runs the scheduled sync of the next day; resolves when everybody was notified. */
  readonly nextDay: () => Promise<void>;
  /** The same for a sync that this person starts. */
  readonly startedBy: (role: Role) => Promise<number>;
  /**
   * Delivers mails.
   * @returns those received since the last call, as "to: subject", sorted
   */
  readonly newMails: () => Promise<string[]>;
};

const DAY = 24 * 3_600_000;

export async function notifiedWorkspace(): Promise<NotifiedWorkspace> {
  const server = await startMailServer();
  const env = { SMTP_URL: server.url, SLUICE_MAIL_FROM: "sluice@ourcompany.example" };
  const connected = await connectedWeb({ env });
  const { web, carol } = connected;
  const { database, clock, runner } = web;
  const { sealer } = web.notify;
  const log = createLog({ level: "silent" });
  await web.as("workspace-admin");
  const recipients = { scheduled: true, starter: true, teammates: [], addresses: [DESK] };
  const saved = await carol.put("/connection/recipients", recipients);
  if (saved.status !== 200) throw new Error(saved.text);
  const delivery = openDelivery({ db: database.kysely, clock, log, sealer, smtpUrl: server.url, from: DESK });
  onTestFinished(() => delivery.close());
  const afterNotices = async (run: number) => {
    await runner.waitUntilIdle();
    return run;
  };
  let newMailsFrom = 0;
  return {
    ...connected,
    server,
    delivery,
    deps: web.notify,
    async nextDay() {
      clock.set(new Date(clock.now().getTime() + DAY));
      await afterNotices(await runner.startScheduled("sync"));
      // The admin's session is used every day, so that it does not expire.
      await carol.get("/session");
    },
    startedBy: async (role) => afterNotices(await runner.startSync({ id: await web.idOf(role), name: role })),
    async apply(run) {
      const applied = await connected.apply(run);
      await runner.waitUntilIdle();
      return applied;
    },
    async newMails() {
      await delivery.deliverDue();
      const mails = server.received.slice(newMailsFrom);
      newMailsFrom = server.received.length;
      return mails.map(({ to, subject }) => `${to}: ${subject}`).toSorted();
    },
  };
}
