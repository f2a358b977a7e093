// Unlinking over HTTP: who is refused and why, what the preview promises, and what the next sync
// does.
import { expect, test } from "vitest";
import { connectedWeb, SETTINGS, type Connected } from "../jobs/connected.ts";

const LATER = { createdon: "2099-01-01T00:00:00Z" };
const LONDON = { address1_city: "London" };

/** A view of the accounts in London, with the given records synced by it. */
async function londonView(records: readonly object[]) {
  const space = await connectedWeb();
  const { org, plan, apply } = space;
  const view = org.addView({
    kind: "system",
    name: "London",
    fetchxml: `<fetch><entity name="account"><attribute name="name"/><filter>
      <condition attribute="address1_city" operator="eq" value="London"/></filter></entity></fetch>`,
  });
  const ids = records.map((record) => org.createAccount({ ...record, ...LONDON }));
  org.createAccount({ name: "Another", ...LONDON });
  const settings = { ...SETTINGS, selection: { kind: "view", view } } as const;
  await apply((await plan(settings)).id);
  const leave = (id: string) => org.updateAccount(id, { address1_city: "Leeds" });
  return { ...space, space, ids, leave };
}

async function numberOf({ web }: Connected, name: string): Promise<number> {
  const { id } = await web.database.kysely
    .selectFrom("accounts")
    .select("id")
    .where("name", "=", name)
    .executeTakeFirstOrThrow();
  return id;
}

test("an issue says that the record in its way left the view, and unlinking that account resolves it", async () => {
  const { space, web, org, ids, leave, sync, carol, issues } = await londonView([
    { name: "Acme old", websiteurl: "acme.net" },
  ]);
  leave(ids[0]!);
  org.createAccount({ name: "Acme new", websiteurl: "acme.net", ...LONDON, ...LATER });
  await sync();
  const id = await numberOf(space, "Acme old");
  web.clock.advance(1000);

  const before = await issues("/issues");
  const { groups } = (await carol.get("/issues/kinds")).body;
  const { effect } = (await carol.get(`/accounts/${id}/unlink`)).body;
  const { account } = (await carol.post(`/accounts/${id}/unlink`)).body;
  const meanwhile = await issues("/issues");
  web.clock.advance(1000);
  const run = await sync();

  expect(before).toMatchObject([
    {
      kind: "domain-linked-elsewhere",
      sentence:
        "“Acme new” is not synced: its domain acme.net belongs to “Acme old”, whose record left the view.",
      otherAccountId: id,
      canUnlinkOther: true,
    },
  ]);
  expect(groups).toMatchObject([{ blockedByLeftView: 1 }]);
  expect(effect).toEqual({ accounts: 1, linked: 1, created: 0, skipped: 0 });
  expect(account).toMatchObject({ link: null, externalId: null, domains: ["acme.net"] });
  expect(meanwhile).toMatchObject([{ otherAccountState: "unlinked", canUnlinkOther: false }]);
  expect(run.counts).toMatchObject({ linked: 1, skipped: 0 });
  expect(await issues("/issues")).toEqual([]);
  expect((await carol.get(`/accounts/${id}/history`)).body.entries).toMatchObject([
    { action: "link", rule: "domain" },
    { action: "unlink", by: { kind: "teammate" } },
    { action: "stop" },
    { action: "create" },
  ]);
});

test("unlinking all that left the view does to the blocked records what the preview promises", async () => {
  const { org, ids, leave, sync, carol } = await londonView([
    { name: "Acme", websiteurl: "acme.net" },
    { name: "Bolt" },
    { name: "Cog", websiteurl: "cog.net" },
    { name: "Dyno" },
  ]);
  for (const id of ids.slice(0, 3)) leave(id);
  // It links to Acme by domain, which releases the name for the next.
  org.createAccount({
    name: "Acme new",
    websiteurl: "acme.net",
    ...LONDON,
    createdon: "2097-01-01T00:00:00Z",
  });
  org.createAccount({ name: "acme", ...LONDON, createdon: "2098-01-01T00:00:00Z" });
  org.createAccount({ name: "Bolt", ...LONDON, ...LATER });
  // Stays skipped: the account in its way syncs.
  org.createAccount({ name: "Dyno", ...LONDON, ...LATER });
  const blocked = await sync();

  const { effect } = (await carol.get("/accounts/left-view/unlink")).body;
  const { unlinked } = (await carol.post("/accounts/left-view/unlink")).body;
  const run = await sync();

  expect(blocked.counts).toMatchObject({ skipped: 4, stopped: 3 });
  expect(effect).toEqual({ accounts: 3, linked: 2, created: 1, skipped: 1 });
  expect(unlinked).toBe(3);
  expect(run.counts).toMatchObject({ linked: 2, created: 1, skipped: 1 });
  expect((await carol.get("/accounts/left-view/unlink")).body.effect.accounts).toBe(0);
});

test("an issue over a left-out domain names the record that left the view, and offers no unlinking", async () => {
  const { space, org, ids, leave, sync, issues } = await londonView([
    { name: "Acme old", websiteurl: "acme.net" },
    { name: "Acme new" },
  ]);
  leave(ids[0]!);
  org.updateAccount(ids[1]!, { websiteurl: "acme.net" });
  await sync();

  expect(await issues("/issues")).toMatchObject([
    {
      kind: "domain-taken",
      sentence:
        "“Acme new” is synced without the domain acme.net: it belongs to “Acme old”, whose record left the view.",
      otherAccountId: await numberOf(space, "Acme old"),
      canUnlinkOther: false,
    },
  ]);
});

test("a plan that resumes the account in the way does not offer to unlink it", async () => {
  const { org, ids, leave, sync, plan, carol, issues } = await londonView([
    { name: "Acme old", websiteurl: "acme.net" },
  ]);
  leave(ids[0]!);
  org.createAccount({ name: "Acme new", websiteurl: "acme.net", ...LONDON, ...LATER });
  await sync();
  const run = await plan({ selection: { kind: "all" } });

  expect((await carol.get(`/runs/${run.id}/changes`)).body.changes).toMatchObject([
    { action: "resume", name: "Acme old" },
    { action: "skip", name: "Acme new" },
  ]);
  expect(await issues(`/runs/${run.id}/issues`)).toMatchObject([
    { otherAccountState: null, canUnlinkOther: false },
  ]);
});

test("an account that syncs, or has no link, is not unlinked, and a sentence says why", async () => {
  const { space, web, carol } = await londonView([]);
  const { body } = await carol.post("/accounts", { name: "By hand" });
  const synced = await numberOf(space, "Another");

  const ofSynced = await carol.post(`/accounts/${synced}/unlink`);
  const ofUnlinked = await carol.get(`/accounts/${body.account.id}/unlink`);

  expect([ofSynced.status, ofUnlinked.status]).toEqual([400, 400]);
  expect(ofSynced.body.error.sentence).toMatch(/^“Another” is linked to a record that has not stopped/);
  expect(ofUnlinked.body.error.sentence).toMatch(/^“By hand” is linked to no record/);
  expect((await web.as("teammate").then((wren) => wren.post(`/accounts/${synced}/unlink`))).status).toBe(403);
});
