// Notices before a client secret expires, with real mails and several processes.
import { expect, test } from "vitest";
import { notifySecretExpiry } from "../../src/notify/secret-expiry.ts";
import { pruneHistory } from "../../src/sync/record/retention.ts";
import { CAROL, DESK, notifiedWorkspace } from "./notifications.ts";

const both = (subject: string) => [`${CAROL}: Support: ${subject}`, `${DESK}: Support: ${subject}`];

async function secretThatEnds(secretExpiresAt: string) {
  const notified = await notifiedWorkspace();
  const { web, carol, deps, newMails } = notified;
  async function connect(expires: string): Promise<void> {
    const { origin: address, clientId, clientSecret } = web.simulator;
    const asked = { address, clientId, clientSecret, secretExpiresAt: expires };
    expect(await carol.post("/connection/app-only", asked)).toMatchObject({ status: 200 });
  }
  /** What three processes mail at that moment, together. */
  async function mailsAt(moment: string): Promise<string[]> {
    web.clock.set(new Date(moment));
    await Promise.all([notifySecretExpiry(deps), notifySecretExpiry(deps), notifySecretExpiry(deps)]);
    return newMails();
  }
  await connect(secretExpiresAt);
  notified.org.createAccount({ name: "Acme", websiteurl: "acme.com" });
  await notified.apply((await notified.plan()).id);
  return { ...notified, connect, mailsAt };
}

test("30 and 7 days before the expiry one mail each is sent; a new secret starts again", async () => {
  const { web, carol, connect, mailsAt, server } = await secretThatEnds("2026-05-10T00:00:00Z");
  const ends = both("the client secret for Dynamics 365 ends on May 10, 2026");

  expect(await mailsAt("2026-04-09T23:59:59Z")).toEqual([]);
  expect(await mailsAt("2026-04-10T00:00:00Z")).toEqual(ends);
  expect(await mailsAt("2026-05-02T23:00:00Z")).toEqual([]);
  expect(await mailsAt("2026-05-03T08:00:00Z")).toEqual(ends);
  expect(await mailsAt("2026-04-20T00:00:00Z")).toEqual([]);
  expect(await mailsAt("2026-05-09T23:59:59Z")).toEqual([]);
  expect(await mailsAt("2026-05-11T00:00:00Z")).toEqual([]);

  const { text, html } = server.received.at(-1)!;
  const { host } = new URL(web.simulator.origin);
  expect(text).toContain(
    `The connection to ${host} signs in with a client secret of the application ${web.simulator.clientId}. ` +
      "It ends on May 10, 2026, in 7 days.\nNothing is synced from then on.\nMake a new one in the app registration",
  );
  expect(text).toContain(`Connect with a new secret:\n${web.origin}/contacts/accounts/sync?tab=connection`);
  expect(html).toContain("It ends on May 10, 2026, in 7 days.");
  expect(html).toContain(`href="${web.origin}/contacts/accounts/sync?tab=connection">Connect with a new`);

  web.clock.set(new Date("2026-03-03T09:00:00Z"));
  await carol.get("/session");
  await connect("2026-11-10T00:00:00Z");
  expect(await mailsAt("2026-10-20T00:00:00Z")).toEqual(
    both("the client secret for Dynamics 365 ends on November 10, 2026"),
  );
});

test("a secret that already expires within a week is mailed once", async () => {
  const { mailsAt, connect } = await secretThatEnds("2026-03-05T00:00:00Z");

  expect(await mailsAt("2026-03-02T10:00:00Z")).toEqual(
    both("the client secret for Dynamics 365 ends on March 5, 2026"),
  );
  // The same secret again, as for another address.
  await connect("2026-03-05T00:00:00Z");
  expect(await mailsAt("2026-03-02T11:00:00Z")).toEqual([]);
});

test("after the expiry the first failing sync is mailed, and the page says the same", async () => {
  const { web, carol, mailsAt, nextDay, newMails } = await secretThatEnds("2026-03-03T00:00:00Z");
  await mailsAt("2026-03-02T10:00:00Z");
  web.simulator.entra.forceError(7000222, { times: 99 });

  await nextDay();

  expect(await newMails()).toEqual(both("the sync needs you: Dynamics 365 has to be connected again"));
  expect((await carol.get("/connection")).body.attention).toMatchObject({
    kind: "reconnect",
    sentence: expect.stringContaining("The client secret has expired."),
  });
  expect(await mailsAt("2026-03-03T12:00:00Z")).toEqual([]);
});

test("a sent notice is still known after its run was deleted as too old", async () => {
  const { web, mailsAt, nextDay } = await secretThatEnds("2026-04-01T00:00:00Z");
  await nextDay();
  expect(await mailsAt("2026-03-03T10:00:00Z")).toHaveLength(2);
  await nextDay();
  await nextDay();

  web.clock.set(new Date("2026-03-20T10:00:00Z"));
  const keep = { historyDays: 1, plansDays: 1 };
  expect(await pruneHistory(web.database, web.clock.now(), keep)).toMatchObject({ runs: 1 });
  expect(await mailsAt("2026-03-20T11:00:00Z")).toEqual([]);
});

test("no mail is sent to those who want none of scheduled syncs, nor after disconnecting", async () => {
  const { carol, mailsAt } = await secretThatEnds("2026-03-20T00:00:00Z");
  const chosen = { scheduled: false, starter: true, teammates: [], addresses: [DESK] };
  await carol.put("/connection/recipients", chosen);
  expect(await mailsAt("2026-03-02T10:00:00Z")).toEqual([]);

  await carol.put("/connection/recipients", { ...chosen, scheduled: true });
  expect(await carol.delete("/connection")).toMatchObject({ status: 204 });
  expect(await mailsAt("2026-03-02T11:00:00Z")).toEqual([]);
});
