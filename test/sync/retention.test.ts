import { describe, expect, it } from "vitest";
import { accountHistory } from "../../src/accounts/history.ts";
import { pruneHistory } from "../../src/sync/record/retention.ts";
import { workspace, type Workspace } from "../harness/workspace.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const RETENTION = { historyDays: 400, plansDays: 30 };

async function withAccounts(names: readonly string[]): Promise<{ space: Workspace; ids: string[] }> {
  const space = await workspace();
  const ids = names.map((name) => space.org.createAccount({ name }));
  await space.sync();
  return { space, ids };
}

function prune({ database, clock }: Workspace) {
  return pruneHistory(database, clock.now(), RETENTION);
}

async function runIds({ database }: Workspace): Promise<number[]> {
  const rows = await database.kysely.selectFrom("runs").select("id").orderBy("id").execute();
  return rows.map(({ id }) => id);
}

async function historyOf(space: Workspace, name: string): Promise<string[]> {
  const { entries } = await accountHistory(space.database.kysely, await space.numberOf(name));
  return entries.map(({ id }) => id);
}

describe("the history of runs", () => {
  it("is kept for 400 days, and the latest change of each account for ever", async () => {
    const { space, ids } = await withAccounts(["Contoso", "Fabrikam"]);
    space.org.updateAccount(ids[0]!, { description: "second" });
    await space.sync();
    space.clock.advance(399 * DAY_MS);
    expect(await prune(space)).toEqual({ changes: 0, edits: 0, issues: 0, runs: 0 });
    space.clock.advance(2 * DAY_MS);
    expect(await prune(space)).toEqual({ changes: 1, edits: 0, issues: 0, runs: 0 });
    expect(await historyOf(space, "Contoso")).toEqual(["run-2-1"]);
    expect(await historyOf(space, "Fabrikam")).toHaveLength(1);
    expect(await prune(space)).toMatchObject({ changes: 0, runs: 0 });
  });

  it("is removed with its run when no account needs it, except for runs that the next one reads", async () => {
    const { space, ids } = await withAccounts(["Contoso"]);
    await space.sync();
    space.org.updateAccount(ids[0]!, { description: "third" });
    await space.sync();
    space.clock.advance(401 * DAY_MS);
    await prune(space);
    expect(await runIds(space)).toEqual([3]);
    const next = await space.sync();
    expect(next).toMatchObject({ status: "done", unchanged: 1, updated: 0 });
  });

  it("keeps the change that linked an account, and the one that stopped it", async () => {
    const space = await workspace();
    await space.database.pool.query(
      `insert into accounts (name, name_key, origin, created_at, updated_at)
       values ('Contoso', 'contoso', 'manual', now(), now())`,
    );
    const id = space.org.createAccount({ name: "Contoso" });
    await space.sync();
    space.org.updateAccount(id, { description: "second" });
    await space.sync();
    space.org.createAccount({ name: "Fabrikam" });
    space.org.deleteAccount(id);
    await space.sync();
    space.clock.advance(401 * DAY_MS);
    await prune(space);
    expect(await historyOf(space, "Contoso")).toEqual(["run-3-1", "run-1-1"]);
  });

  it("keeps the run that found an issue as long as the issue is open", async () => {
    const space = await workspace();
    const id = space.org.createAccount({ name: "Contoso", websiteurl: "https://10.0.0.1" });
    await space.sync();
    await space.sync();
    space.clock.advance(401 * DAY_MS);
    await prune(space);
    expect(await runIds(space)).toContain(1);
    space.org.updateAccount(id, { websiteurl: "https://contoso.com" });
    await space.sync();
    space.clock.advance(401 * DAY_MS);
    await space.sync();
    expect((await prune(space)).issues).toBe(1);
    expect(await runIds(space)).not.toContain(1);
  });

  it("loses a plan that was not applied after 30 days, but keeps one that still can be", async () => {
    const { space, ids } = await withAccounts(["Contoso"]);
    space.org.updateAccount(ids[0]!, { description: "never applied" });
    const discarded = await space.plan();
    await space.sync();
    space.org.updateAccount(ids[0]!, { description: "planned" });
    const planned = await space.plan();
    space.clock.advance(31 * DAY_MS);
    expect(await prune(space)).toEqual({ changes: 1, edits: 0, issues: 0, runs: 1 });
    expect(await runIds(space)).not.toContain(discarded.id);
    expect(await space.changes(planned.id)).toHaveLength(1);
  });

  it("keeps the latest edit of each account", async () => {
    const { space } = await withAccounts(["Contoso"]);
    const account = await space.numberOf("Contoso");
    for (const name of ["Jane", "Maya"])
      await space.database.pool.query(
        `insert into account_edits (account_id, at, editor_kind, editor_name, action, before, after)
         values ($1, $2, 'teammate', $3, 'edit', '{}', '{}')`,
        [account, space.clock.now(), name],
      );
    space.clock.advance(401 * DAY_MS);
    expect((await prune(space)).edits).toBe(1);
    expect((await historyOf(space, "Contoso")).toSorted()).toEqual(["edit-2", "run-1-1"]);
  });
});
