// Stopping a sync while it writes keeps what is written, and the next sync writes the rest.
import { describe, expect, test } from "vitest";
import { closeGateAtFirstChunk } from "../harness/stages.ts";
import { connectedWeb } from "../jobs/connected.ts";
import { builtPages } from "../harness/pages.ts";
import { auditPage, visit } from "./harness.ts";

/** The size of a chunk (src/sync/apply/apply-plan.ts). */
const CHUNK = 10_000;

const formatNumber = (figure: number) => figure.toLocaleString("en");

describe("a sync stopped while it writes", () => {
  test(
    "keeps what is written, says how much, and the next sync writes the rest",
    { timeout: 600_000 },
    async () => {
      const { web, plan } = await connectedWeb({
        ui: await builtPages(),
        accounts: 10_400,
        demo: false,
      });
      const options = { allowDuplicateNames: true, onDomainTaken: "without-domain" } as const;
      const { id, counts } = await plan({ options });
      const all = counts.created;
      expect(all).toBeGreaterThan(CHUNK);
      const written = async () =>
        Number((await web.database.pool.query("select count(*) from accounts")).rows[0].count);
      const page = await visit(
        web,
        "workspace-admin",
        `/contacts/accounts?import=dynamics&step=preview&run=${id}`,
      );
      const chunk = await closeGateAtFirstChunk(web);
      await page.getByRole("button", { name: `Sync ${formatNumber(all)} accounts` }).click();
      await chunk.reached();
      await page.getByRole("button", { name: "Cancel the sync" }).click();
      const cancelledBy = async () =>
        (await web.database.pool.query("select cancelled_by from runs")).rows[0].cancelled_by;
      await expect.poll(cancelledBy, { timeout: 60_000 }).toBe("workspace-admin");
      await chunk.open();

      const message = `Cancelled by workspace-admin while writing: 10,000 accounts are written, ${all - CHUNK} are not`;
      await page.getByRole("dialog").getByText(message).waitFor();
      expect(await written()).toBe(CHUNK);
      const violations = await auditPage(page, "sync-stopped");

      await page.getByRole("dialog").getByRole("link", { name: "the sync page" }).click();
      await page.getByRole("region", { name: "Last run" }).getByText(message).waitFor();
      await page.getByText("After the first sync: choose Sync now").waitFor();
      violations.push(...(await auditPage(page, "sync-page-stopped")));
      await page.getByRole("button", { name: "Sync now" }).click();
      await page.getByText(`${formatNumber(all)} unchanged`).waitFor();
      expect(await written()).toBe(all);
      expect(violations).toEqual([]);
    },
  );
});
