// Rule 5 across runs: a refused record, or one synced without a domain, is decided again when its
// cause may be gone, whoever changed it, and is not decided again when nothing changed.
import { expect, test } from "vitest";
import { createAccount, deleteAccount } from "../../../src/accounts/store.ts";
import { closeGate, until } from "../../harness/stages.ts";
import { LATER, issueTexts, workspace } from "../../harness/workspace.ts";

const names = (accounts: readonly { name: string }[]) => accounts.map(({ name }) => name);

test("a refused record counts as skipped in every run, and is not decided again while nothing changes", async () => {
  const space = await workspace();
  space.org.createAccount({ name: "Contoso" });
  space.org.createAccount({ name: "contoso", websiteurl: "one.example.com", ...LATER });
  await space.sync();

  const second = await space.sync();

  expect(second).toMatchObject({ read: 2, unchanged: 1, skipped: 1, created: 0 });
  expect(issueTexts(await space.issues(second.id))).toContain("name-in-use contoso");
});

test("a refused record is created once its blocker is deleted here", async () => {
  const space = await workspace();
  space.org.createAccount({ name: "Contoso" });
  const second = space.org.createAccount({ name: "contoso", ...LATER });
  await space.sync();
  await deleteAccount(
    space.database,
    await space.numberOf("Contoso"),
    { exclude: true },
    { kind: "api" },
    space.clock.now(),
  );

  const run = await space.sync();

  expect(run).toMatchObject({ created: 1, skipped: 1 });
  expect((await space.account("contoso")).externalId).toBe(second);
});

test("a refused record is created once its blocker is renamed in Dynamics 365", async () => {
  const space = await workspace();
  const first = space.org.createAccount({ name: "Contoso" });
  space.org.createAccount({ name: "contoso", ...LATER });
  await space.sync();
  space.org.updateAccount(first, { name: "Contoso Europe" });

  const run = await space.sync();

  expect(run).toMatchObject({ updated: 1, created: 1, skipped: 0 });
  expect(names(await space.accounts()).toSorted()).toEqual(["Contoso Europe", "contoso"]);
});

test("a refused record is created once duplicate names are allowed", async () => {
  const space = await workspace();
  space.org.createAccount({ name: "Contoso" });
  space.org.createAccount({ name: "contoso", ...LATER });
  await space.sync();

  const run = await space.sync({ options: { allowDuplicateNames: true, onDomainTaken: "skip" } });

  expect(run).toMatchObject({ created: 1, skipped: 0, unchanged: 1 });
});

test("an omitted domain is assigned once the account that has it is deleted", async () => {
  const space = await workspace();
  const holder = await createAccount(
    space.database,
    { name: "By hand", domains: ["fabrikam.com"], externalId: "x", origin: "manual" },
    { kind: "api" },
    space.clock.now(),
  );
  const options = { allowDuplicateNames: false, onDomainTaken: "without-domain" } as const;
  space.org.createAccount({ name: "Fabrikam", websiteurl: "fabrikam.com" });
  await space.sync({ options });
  expect((await space.account("Fabrikam")).domains).toEqual([]);
  expect(await space.sync({ options })).toMatchObject({ unchanged: 1, updated: 0 });
  await deleteAccount(space.database, holder, { exclude: false }, { kind: "api" }, space.clock.now());

  const run = await space.sync({ options });

  expect(run).toMatchObject({ updated: 1 });
  expect((await space.account("Fabrikam")).domains).toEqual(["fabrikam.com"]);
});

test("a refused record that is deleted in Dynamics 365 is removed with its issues", async () => {
  const space = await workspace();
  space.org.createAccount({ name: "Contoso" });
  const second = space.org.createAccount({ name: "contoso", ...LATER });
  await space.sync();
  space.org.deleteAccount(second);

  const run = await space.sync();

  expect(run).toMatchObject({ read: 1, unchanged: 1, skipped: 0, stopped: 0 });
  expect(run.issues).toEqual({});
});

test("all records are read again when the database lost the drafts of an interrupted run", async () => {
  const space = await workspace();
  const by = { kind: "api" } as const;
  const made = { name: "By hand", domains: ["fabrikam.com"], externalId: "x", origin: "manual" } as const;
  const holder = await createAccount(space.database, made, by, space.clock.now());
  const options = { allowDuplicateNames: false, onDomainTaken: "without-domain" } as const;
  space.org.createAccount({ name: "Fabrikam", websiteurl: "fabrikam.com" });
  const plan = await space.plan({ options });
  await space.database.pool.query(`truncate run_drafts_${plan.id}`);
  await space.apply(plan.id, { options });
  await deleteAccount(space.database, holder, { exclude: false }, by, space.clock.now());

  const run = await space.sync({ options });

  expect(run).toMatchObject({ updated: 1 });
  expect((await space.account("Fabrikam")).domains).toEqual(["fabrikam.com"]);
});

test("a refused record is created although its blocker was deleted between the read and the plan", async () => {
  const space = await workspace();
  const { database, clock } = space;
  const taken = { name: "Contoso", externalId: "crm-1", origin: "api" } as const;
  const blocker = await createAccount(database, taken, { kind: "api" }, clock.now());
  space.org.createAccount({ name: "Contoso" });
  expect(await space.sync()).toMatchObject({ skipped: 1 });
  const read = await closeGate("read", space);
  const running = space.sync();
  await read.reached();
  // The run has read the blocked records; the lock holds it before it starts planning.
  const client = await database.pool.connect();
  await client.query("begin; lock table runs in share mode");
  await read.open();
  await until(async () => {
    const { rowCount } = await client.query(
      `select from pg_stat_activity
       where datname = current_database() and pg_backend_pid() = any(pg_blocking_pids(pid))`,
    );
    return rowCount === 1;
  });
  await deleteAccount(database, blocker, { exclude: false }, { kind: "api" }, clock.now());
  await client.query("commit");
  client.release();
  expect(await running).toMatchObject({ skipped: 1 });

  const next = await space.sync();

  expect(next).toMatchObject({ created: 1, skipped: 0 });
});
