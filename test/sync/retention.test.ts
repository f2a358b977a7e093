import { describe, expect, it } from "vitest";
import { accountHistory } from "../../src/accounts/history.ts";
import { pruneHistory } from "../../src/sync/record/retention.ts";
import { workspace, type Workspace } from "../harness/workspace.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const KEEP = { historyDays: 400, plansDays: 30 };

async function withAccounts(names: readonly string[]): Promise<{ here: Workspace; ids: string[] }> {
  const here = await workspace();
  const ids = names.map((name) => here.org.createAccount({ name }));
  await here.sync();
  return { here, ids };
}

function prune({ database, clock }: Workspace) {
  return pruneHistory(database, clock.now(), KEEP);
}

async function runIds({ database }: Workspace): Promise<number[]> {
  const rows = await database.kysely.selectFrom("runs").select("id").orderBy("id").execute();
  return rows.map(({ id }) => id);
}

async function historyOf(here: Workspace, name: string): Promise<string[]> {
  const { entries } = await accountHistory(here.database.kysely, await here.numberOf(name));
  return entries.map(({ id }) => id);
}

describe("what runs leave behind", () => {
  it("stays for 400 days, and then of each account its latest change", async () => {
    const { here, ids } = await withAccounts(["Contoso", "Fabrikam"]);
    here.org.updateAccount(ids[0]!, { description: "second" });
    await here.sync();
    here.clock.advance(399 * DAY_MS);
    expect(await prune(here)).toEqual({ changes: 0, edits: 0, issues: 0, runs: 0 });
    here.clock.advance(2 * DAY_MS);
    expect(await prune(here)).toEqual({ changes: 1, edits: 0, issues: 0, runs: 0 });
    expect(await historyOf(here, "Contoso")).toEqual(["run-2-1"]);
    expect(await historyOf(here, "Fabrikam")).toHaveLength(1);
    expect(await prune(here)).toMatchObject({ changes: 0, runs: 0 });
  });

  it("goes with its run when no account needs it, but never the runs that the next one looks back to", async () => {
    const { here, ids } = await withAccounts(["Contoso"]);
    await here.sync();
    here.org.updateAccount(ids[0]!, { description: "third" });
    await here.sync();
    here.clock.advance(401 * DAY_MS);
    await prune(here);
    expect(await runIds(here)).toEqual([3]);
    const next = await here.sync();
    expect(next).toMatchObject({ status: "done", unchanged: 1, updated: 0 });
  });

  it("keeps how an account was linked, and the change that an account left with", async () => {
    const here = await workspace();
    await here.database.pool.query(
      "insert into accounts (name, name_key, origin, created_at, updated_at) values ('Contoso', 'contoso', 'manual', now(), now())",
    );
    const id = here.org.createAccount({ name: "Contoso" });
    await here.sync();
    here.org.updateAccount(id, { description: "second" });
    await here.sync();
    here.org.createAccount({ name: "Fabrikam" });
    here.org.deleteAccount(id);
    await here.sync();
    here.clock.advance(401 * DAY_MS);
    await prune(here);
    expect(await historyOf(here, "Contoso")).toEqual(["run-3-1", "run-1-1"]);
  });

  it("keeps the run that found an issue as long as the issue is open", async () => {
    const here = await workspace();
    const id = here.org.createAccount({ name: "Contoso", websiteurl: "https://10.0.0.1" });
    await here.sync();
    await here.sync();
    here.clock.advance(401 * DAY_MS);
    await prune(here);
    expect(await runIds(here)).toContain(1);
    here.org.updateAccount(id, { websiteurl: "https://contoso.com" });
    await here.sync();
    here.clock.advance(401 * DAY_MS);
    await here.sync();
    expect((await prune(here)).issues).toBe(1);
    expect(await runIds(here)).not.toContain(1);
  });

  it("goes after 30 days if it came to nothing; a plan that waits stays", async () => {
    const { here, ids } = await withAccounts(["Contoso"]);
    here.org.updateAccount(ids[0]!, { description: "never applied" });
    const useless = await here.plan();
    await here.sync();
    here.org.updateAccount(ids[0]!, { description: "waits" });
    const waiting = await here.plan();
    here.clock.advance(31 * DAY_MS);
    expect(await prune(here)).toEqual({ changes: 1, edits: 0, issues: 0, runs: 1 });
    expect(await runIds(here)).not.toContain(useless.id);
    expect(await here.changes(waiting.id)).toHaveLength(1);
  });

  it("of edits by hand the latest of each account stays", async () => {
    const { here } = await withAccounts(["Contoso"]);
    const account = await here.numberOf("Contoso");
    for (const name of ["Jane", "Maya"])
      await here.database.pool.query(
        `insert into account_edits (account_id, at, editor_kind, editor_name, action, before, after)
         values ($1, $2, 'teammate', $3, 'edit', '{}', '{}')`,
        [account, here.clock.now(), name],
      );
    here.clock.advance(401 * DAY_MS);
    expect((await prune(here)).edits).toBe(1);
    expect((await historyOf(here, "Contoso")).toSorted()).toEqual(["edit-2", "run-1-1"]);
  });
});
