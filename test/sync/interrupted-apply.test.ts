// An apply that is interrupted, and what other runs may do until it is finished.
import { expect, test } from "vitest";
import { RunStopped } from "../../src/sync/record/run-errors.ts";
import { workspace } from "../harness/workspace.ts";

/**
 * Acme's domain has changed; the sync of that is cancelled at its first check for a cancellation.
 */
async function cancelledApply() {
  const space = await workspace();
  const acme = space.org.createAccount({ name: "Acme", websiteurl: "acme.com" });
  await space.sync();
  space.org.updateAccount(acme, { websiteurl: "acme.net" });
  const stop = new AbortController();
  const cancelled = space.sync(
    {},
    {
      signal: stop.signal,
      checkCancellation: async () => stop.abort(new RunStopped("cancelled", "Cancelled by Dana.")),
    },
  );
  await expect(cancelled).rejects.toThrow("Cancelled by Dana.");
  return space;
}

test("an apply that is cancelled before its first write releases no domain", async () => {
  const space = await cancelledApply();

  expect(await space.account("Acme")).toMatchObject({ domains: ["acme.com"] });
  const { rows } = await space.database.pool.query("select status, halt_reason from runs where id = 2");
  expect(rows).toEqual([{ status: "applying", halt_reason: "cancelled" }]);
});

test("a preview does not finish an interrupted apply, and says what to do", async () => {
  const space = await cancelledApply();

  await expect(space.plan()).rejects.toThrow(
    "Run 2 stopped before all of its plan was written. Sync to finish it; a preview can be made after that.",
  );

  expect(await space.account("Acme")).toMatchObject({ domains: ["acme.com"] });
  expect(await space.sync()).toMatchObject({ status: "done", unchanged: 1 });
  expect(await space.account("Acme")).toMatchObject({ domains: ["acme.net"] });
});
