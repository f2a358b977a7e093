// What a plan, its export and an account's page and history say about accounts that are taken over
// by other records, or merged.
import { expect, test } from "vitest";
import { connectedWeb, type Connected } from "../jobs/connected.ts";

const LATER = { createdon: "2099-01-01T00:00:00Z" };
const INACTIVE = { statecode: 1, statuscode: 2 };

async function numberOf({ web }: Connected, name: string): Promise<number> {
  const { id } = await web.database.kysely
    .selectFrom("accounts")
    .select("id")
    .where("name", "=", name)
    .executeTakeFirstOrThrow();
  return id;
}

async function syncedPair(first: object, second: object) {
  const space = await connectedWeb();
  const { org, plan, apply } = space;
  const old = org.createAccount({ ...first });
  org.createAccount({ name: "Another" });
  const successor = org.createAccount({ ...second, ...LATER });
  await apply((await plan()).id);
  return { ...space, space, old, successor };
}

test.for([
  [
    "a domain",
    { name: "Acme old", websiteurl: "acme.net" },
    { name: "Acme new", websiteurl: "acme.net" },
    "Its domain acme.net belongs to this account; takes over “Acme old”, whose record was deactivated in Dynamics 365",
  ],
  [
    "the name",
    { name: "Acme" },
    { name: "Acme" },
    "Same name; takes over the account, whose record was deactivated in Dynamics 365",
  ],
] as const)(
  "a plan says whose account is taken over by %s and why it was open, and lists only take-overs",
  async ([, first, second, explanation]) => {
    const { org, old, plan, changes, carol } = await syncedPair(first, second);
    org.updateAccount(old, INACTIVE);

    const run = await plan();

    expect(run).toMatchObject({ takeOvers: 1, actions: { link: 1, stop: 1 } });
    expect(await changes(run.id, "action=take-over")).toMatchObject([{ action: "link", explanation }]);
    expect(await changes(run.id, "action=stop")).toMatchObject([
      { explanation: `Deactivated in Dynamics 365; “${second.name}” takes its account over` },
    ]);
    expect((await carol.get(`/runs/${run.id}/changes.csv?action=take-over`)).text).toContain(explanation);
  },
);

test("the history of an account says that the record which it had before was deactivated", async () => {
  const { space, org, old, sync, carol } = await syncedPair({ name: "Acme" }, { name: "Acme" });
  org.updateAccount(old, INACTIVE);
  await sync();

  const { entries } = (await carol.get(`/accounts/${await numberOf(space, "Acme")}/history`)).body;

  expect(entries.slice(0, 2)).toMatchObject([
    { action: "link", rule: "name", previousReason: "deactivated" },
    { action: "stop", rule: "deactivated", previousReason: null },
  ]);
});

test("a plan says into which account a merged one goes and what that gives up", async () => {
  const { org, old, successor, plan, changes } = await syncedPair(
    { name: "Acme old", websiteurl: "acme.net" },
    { name: "Acme new" },
  );
  org.mergeAccounts(successor, old);

  const run = await plan();

  expect(run).toMatchObject({ counts: { merged: 1, stopped: 0 }, actions: { merge: 1 }, takeOvers: 0 });
  expect(await changes(run.id)).toMatchObject([
    {
      action: "merge",
      name: "Acme old",
      explanation: "Merged into “Acme new” in Dynamics 365",
      mergedInto: { name: "Acme new" },
      values: [{ field: "Domains", before: ["acme.net"], after: [] }],
    },
  ]);
});

test("a merged account and its history name the account that its record was merged into", async () => {
  const { space, org, old, successor, sync, carol } = await syncedPair(
    { name: "Acme old" },
    { name: "Acme new" },
  );
  org.mergeAccounts(successor, old);
  const { id: run } = await sync();
  const into = { id: await numberOf(space, "Acme new"), name: "Acme new" };
  const id = await numberOf(space, "Acme old");

  const { account } = (await carol.get(`/accounts/${id}`)).body;
  const { entries } = (await carol.get(`/accounts/${id}/history`)).body;

  expect(account.link).toMatchObject({ stopReason: "merged", mergedInto: into, lastRun: run });
  expect(entries[0]).toMatchObject({ action: "merge", rule: "merged", mergedInto: into, changes: [] });
});

test("an account that becomes that of the record which its own was merged into says so", async () => {
  const { org, old, plan, changes } = await syncedPair({ name: "Acme old" }, { name: "Third" });
  const winner = org.createAccount({ name: "Acme new", ...LATER });
  org.mergeAccounts(winner, old);

  const run = await plan();

  expect(await changes(run.id)).toMatchObject([
    {
      action: "link",
      explanation: "“Acme old” was merged into it in Dynamics 365, and its account becomes this one's",
    },
  ]);
});
