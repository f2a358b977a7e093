import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { expect, it, onTestFinished } from "vitest";
import { createLog } from "../../src/lib/log.ts";
import { createSettableClock } from "../../src/lib/clock.ts";
import { createSealer } from "../../src/lib/sealer.ts";
import { openDelivery } from "../../src/mail/delivery.ts";
import { deleteExpiredTexts, latestMails, queueMail, showUndelivered } from "../../src/mail/outbox.ts";
import { testDatabase } from "../harness/database.ts";

type Refusal = { readonly at: "recipient" | "sender"; readonly code: number };

/** A real SMTP server, which refuses mails while `refuse` is set. */
async function startMailServer() {
  const taken: { to: string[]; text: string }[] = [];
  const state: { refuse?: Refusal } = {};
  const refusal = (at: Refusal["at"]): Error | null =>
    state.refuse?.at === at
      ? Object.assign(new Error("Not today."), { responseCode: state.refuse.code })
      : null;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    logger: false,
    onMailFrom: (_address, _session, done) => done(refusal("sender")),
    onRcptTo: (_address, _session, done) => done(refusal("recipient")),
    onData: (stream, session, done) => {
      let text = "";
      stream.setEncoding("utf8").on("data", (some: string) => (text += some));
      stream.on("end", () => {
        taken.push({ to: session.envelope.rcptTo.map(({ address }) => address), text });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server has an AddressInfo
  const { port } = server.server.address() as AddressInfo;
  return { taken, state, url: `smtp://127.0.0.1:${port}` };
}

async function setUpDelivery() {
  const { kysely: db } = await testDatabase();
  const server = await startMailServer();
  const clock = createSettableClock("2026-03-02T09:00:00Z");
  const log = createLog({ level: "silent" });
  const sealer = createSealer({ current: Buffer.alloc(32, 1) });
  const delivery = openDelivery({
    db,
    clock,
    log,
    sealer,
    smtpUrl: server.url,
    from: "Sluice <sluice@ourcompany.example>",
  });
  onTestFinished(() => delivery.close());
  const queue = (delivers = true) =>
    queueMail(
      db,
      {
        to: "dana@ourcompany.example",
        subject: "Invitation",
        text: "https://sluice.ourcompany.example/links/x",
        expiresAt: new Date("2026-03-09T09:00:00Z"),
      },
      { sealer, delivers, now: clock.now() },
    );
  const mails = () => latestMails(db, clock.now(), sealer);
  return { db, server, clock, delivery, queue, mails };
}

const MINUTE = 60_000;

it("delivers a mail once and deletes its text", async () => {
  const { db, server, delivery, queue, mails } = await setUpDelivery();
  await queue();
  expect(await delivery.deliverDue()).toBe(1);
  expect(await delivery.deliverDue()).toBe(0);
  expect(server.taken).toHaveLength(1);
  expect(server.taken[0]?.to).toEqual(["dana@ourcompany.example"]);
  expect(server.taken[0]?.text).toContain("From: Sluice <sluice@ourcompany.example>");
  expect(await mails()).toMatchObject([{ state: "sent", text: null }]);
  expect(await db.selectFrom("mails").select("body").executeTakeFirst()).toEqual({ body: null });
});

it("retries later when the server is busy", async () => {
  const { server, clock, delivery, queue, mails } = await setUpDelivery();
  server.state.refuse = { at: "sender", code: 451 };
  await queue();
  expect(await delivery.deliverDue()).toBe(0);
  delete server.state.refuse;
  expect(await delivery.deliverDue()).toBe(0);
  expect(await mails()).toMatchObject([{ state: "waiting" }]);
  clock.advance(MINUTE);
  expect(await delivery.deliverDue()).toBe(1);
});

it("does not wait for a time written by a clock that was set back since", async () => {
  const { clock, delivery, queue } = await setUpDelivery();
  await queue();
  clock.set(new Date("2026-02-27T09:00:00Z"));
  expect(await delivery.deliverDue()).toBe(1);
});

it("fails at once when the server says that there is no such recipient", async () => {
  const { server, delivery, queue, mails } = await setUpDelivery();
  server.state.refuse = { at: "recipient", code: 550 };
  await queue();
  await delivery.deliverDue();
  expect(await mails()).toMatchObject([{ state: "failed", text: null }]);
});

it("fails after eleven attempts in nearly five days", async () => {
  const { server, clock, delivery, queue, mails } = await setUpDelivery();
  server.state.refuse = { at: "sender", code: 451 };
  await queue();
  for (const minutes of [1, 5, 15, 60, 240, 720, 1440, 1440, 1440, 1440]) {
    await delivery.deliverDue();
    expect(await mails()).toMatchObject([{ state: "waiting" }]);
    clock.advance(minutes * MINUTE);
  }
  await delivery.deliverDue();
  expect(await mails()).toMatchObject([{ state: "failed" }]);
});

it("sends no mail whose links have expired", async () => {
  const { server, clock, delivery, queue, mails } = await setUpDelivery();
  await queue();
  clock.set(new Date("2026-03-09T09:00:00Z"));
  expect(await delivery.deliverDue()).toBe(0);
  expect(server.taken).toEqual([]);
  expect(await mails()).toMatchObject([{ state: "failed" }]);
});

it("sends a mail once when two processes deliver concurrently", async () => {
  const { server, delivery, queue } = await setUpDelivery();
  for (let mail = 0; mail < 15; mail += 1) await queue();
  const sent = await Promise.all([delivery.deliverDue(), delivery.deliverDue()]);
  expect(sent[0] + sent[1]).toBe(15);
  expect(server.taken).toHaveLength(15);
});

it("shows mails in the app without a mail server, until their links expire", async () => {
  const { clock, delivery, queue, mails } = await setUpDelivery();
  await queue(false);
  expect(await delivery.deliverDue()).toBe(0);
  expect(await mails()).toMatchObject([{ state: "shown", text: expect.stringContaining("/links/") }]);
  clock.set(new Date("2026-03-09T09:00:00Z"));
  expect(await mails()).toMatchObject([{ state: "shown", text: null }]);
});

it("shows queued mails in the app after the mail server was removed", async () => {
  const { db, queue, mails } = await setUpDelivery();
  await queue();
  await showUndelivered(db);
  expect(await mails()).toMatchObject([{ state: "shown", text: expect.stringContaining("/links/") }]);
});

it("deletes a text whose links have expired", async () => {
  const { db, clock, queue } = await setUpDelivery();
  await queue(false);
  clock.set(new Date("2026-03-09T09:00:00Z"));
  await deleteExpiredTexts(db, clock.now());
  expect(await db.selectFrom("mails").select("body").executeTakeFirst()).toEqual({ body: null });
});

const LINK = "https://sluice.ourcompany.example/links/x";

it("stores a text encrypted until it is sent or shown", async () => {
  const { db, server, delivery, queue, mails } = await setUpDelivery();
  await queue(false);
  await queue();
  const rows = await db.selectFrom("mails").select(["body", "html", "subject"]).execute();
  expect(rows).toHaveLength(2);
  for (const { body } of rows) expect(body).toMatch(/^s1\.[0-9a-f]{8}\.[\w-]+$/);
  expect(await delivery.deliverDue()).toBe(1);
  expect(server.taken[0]?.text).toContain(LINK);
  expect(await mails()).toMatchObject([{ text: null }, { state: "shown", text: LINK }]);
});

it("delivers an old mail that was stored in clear", async () => {
  const { db, server, delivery, queue } = await setUpDelivery();
  await queue();
  await db.updateTable("mails").set({ body: LINK, sealed: false }).execute();
  expect(await delivery.deliverDue()).toBe(1);
  expect(server.taken[0]?.text).toContain(LINK);
});

it("reports a missing key, and sends the mail once the key is back", async () => {
  const { db, server, clock, delivery, queue } = await setUpDelivery();
  await queue();
  const other = createSealer({ current: Buffer.alloc(32, 2) });
  const log = createLog({ level: "silent" });
  const lost = openDelivery({
    db,
    clock,
    log,
    sealer: other,
    smtpUrl: server.url,
    from: "us@ourcompany.example",
  });
  onTestFinished(() => lost.close());
  expect(await lost.deliverDue()).toBe(0);
  expect(await db.selectFrom("mails").select(["state", "error"]).executeTakeFirst()).toEqual({
    state: "waiting",
    error: expect.stringMatching(/^The stored mail was sealed with another key .*SLUICE_OLD_KEYS/),
  });
  await showUndelivered(db);
  expect(await latestMails(db, clock.now(), other)).toMatchObject([
    { text: expect.stringMatching(/sealed with another key/) },
  ]);
  await db.updateTable("mails").set({ state: "waiting", next_attempt_at: clock.now() }).execute();
  expect(await delivery.deliverDue()).toBe(1);
});
