import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { layoutColumns } from "../../src/dataverse/metadata/view-layout.ts";
import { outsideData } from "../harness/outside-data.ts";
import { connectSimulated, viewOf } from "./test-client.ts";

type Published = { readonly key: string; readonly fetchxml: string; readonly layoutxml?: string };
const PUBLISHED = outsideData("data/fetchxml-account-views.json");

test("published views show their first rows in their own columns", async () => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own test data
  const views = JSON.parse(await readFile(PUBLISHED, "utf8")) as readonly Published[];
  await using connected = await connectSimulated({ accounts: 60 });
  let shown = 0;
  for (const { key, fetchxml, layoutxml } of views) {
    const one = { ...viewOf(fetchxml, key), layoutXml: layoutxml ?? "" };
    const sample = await connected.client
      .sample({ kind: "view", view: one }, "view-columns", 5)
      .catch(() => undefined);
    const columns = layoutColumns(one);
    if (sample === undefined || sample.rows.length === 0 || columns.length === 0) continue;
    shown += 1;
    expect(columns.some((column) => sample.rows.some((row) => row[column] !== undefined))).toBe(true);
    expect(sample.count).toBeGreaterThanOrEqual(sample.rows.length);
  }
  expect(shown).toBeGreaterThan(10);
});
