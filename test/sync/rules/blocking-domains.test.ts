// A domain over which ten records or more are blocked: the advice offers to make it a common one,
// and counts what the next run would do.
import { expect, it } from "vitest";
import { blockingDomains } from "../../../src/sync/report/blocking-domains.ts";
import type { RunSummary } from "../../../src/sync/record/run-summary.ts";
import { workspace, type Workspace } from "../../harness/workspace.ts";

const FIRST = { createdon: "2001-01-01T00:00:00Z" };
const COMMON = { commonDomains: { add: ["shared.com"], remove: [] } };

/**
 * Ten records are blocked over shared.com: two by their names as well, and one by its next domain.
 */
function createSharedDomain({ org }: Workspace): void {
  org.createAccount({ name: "Holder", websiteurl: "shared.com", ...FIRST });
  org.createAccount({ name: "Other", websiteurl: "other.com", ...FIRST });
  for (let n = 1; n <= 7; n++)
    org.createAccount({ name: `Tenant ${n}`, websiteurl: `shared.com tenant${n}.com` });
  org.createAccount({ name: "Tenant 1", websiteurl: "shared.com" });
  org.createAccount({ name: "Holder", websiteurl: "shared.com" });
  org.createAccount({ name: "Late", websiteurl: "shared.com other.com" });
}

async function adviceOf({ database, client }: Workspace, run?: RunSummary) {
  const { organizationId } = await client.whoAmI();
  return blockingDomains(database, {
    organizationId,
    ...(run && { run: { id: run.id, status: run.status } }),
  });
}

it("counts for a stored plan exactly what the run with the domain as a common one does", async () => {
  const space = await workspace();
  createSharedDomain(space);
  const plan = await space.plan();

  const { domains } = await adviceOf(space, plan);

  expect(plan).toMatchObject({ created: 2, skipped: 10 });
  expect(domains).toEqual([
    {
      domain: "shared.com",
      kind: "domain-linked-elsewhere",
      records: 10,
      effect: "7 more accounts would be synced, without the domain shared.com; 3 would still be skipped.",
      consequence:
        "“Holder” would lose it, and no contact or conversation would be linked to an account by shared.com.",
    },
  ]);
  expect(await space.sync(COMMON)).toMatchObject({ created: 9, skipped: 3 });
});

it("counts for the open issues exactly what the next run does", async () => {
  const space = await workspace();
  createSharedDomain(space);
  await space.sync();

  const [advice] = (await adviceOf(space)).domains;

  expect(advice?.effect).toMatch(/^7 more accounts would be synced.*; 3 would still be skipped\.$/);
  expect(await space.sync(COMMON)).toMatchObject({ created: 7, updated: 1, skipped: 3 });
  expect(await adviceOf(space)).toMatchObject({ domains: [] });
});

it("says so where no more accounts would be synced, because they are without the domain already", async () => {
  const space = await workspace();
  createSharedDomain(space);
  const options = { allowDuplicateNames: true, onDomainTaken: "without-domain" as const };
  await space.sync({ options });

  const [advice] = (await adviceOf(space)).domains;

  expect(advice).toMatchObject({
    kind: "domain-taken",
    effect: "No more accounts would be synced, but 10 would no longer have an issue over shared.com.",
  });
});

it("is silent about domains that block fewer than ten", async () => {
  const space = await workspace();
  for (let n = 0; n < 10; n++) space.org.createAccount({ name: `Tenant ${n}`, websiteurl: "shared.com" });
  await space.sync();
  expect((await adviceOf(space)).domains).toEqual([]);
});
