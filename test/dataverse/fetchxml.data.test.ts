import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { outsideData } from "../harness/outside-data.ts";
import { allOf, connectSimulated, viewOf } from "./test-client.ts";

interface PublishedView {
  readonly key: string;
  readonly fetchxml: string;
}

const PUBLISHED = outsideData("data/fetchxml-account-views.json");

/** The ids of a body's rows, or "refused". */
async function idsIn(response: Response): Promise<unknown> {
  const body: unknown = await response.json();
  if (typeof body !== "object" || body === null || !("value" in body) || !Array.isArray(body.value))
    return "refused";
  return new Set(body.value.map((row: Readonly<Record<string, unknown>>) => row["accountid"]));
}

test("published views return the accounts that their own FetchXML returns", async () => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own test data
  const views = JSON.parse(await readFile(PUBLISHED, "utf8")) as readonly PublishedView[];
  await using connected = await connectSimulated({ accounts: 120, client: { pageSize: 25 } });
  const headers = { authorization: `Bearer ${await connected.token()}` };
  const theirs = new Map<string, unknown>();
  const ours = new Map<string, unknown>();
  for (const { key, fetchxml } of views) {
    const whole = encodeURIComponent(fetchxml.replace(/ count="\d+"/, ""));
    const given = await idsIn(
      await fetch(`${connected.environment.apiRoot}accounts?fetchXml=${whole}`, { headers }),
    );
    // A view with a column that the organisation lacks is refused as it is; we leave that column out.
    if (given === "refused") continue;
    theirs.set(key, given);
    const rows = await allOf(
      connected.client.readAccounts({ kind: "view", view: viewOf(fetchxml, key) }, ["name"]),
    );
    ours.set(key, new Set(rows.map((row) => row["accountid"])));
  }
  expect(ours).toEqual(theirs);
  expect(ours.size).toBeGreaterThan(10);
});
