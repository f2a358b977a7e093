// Tests all collected FetchXML over account, views and queries, over HTTP: each returns what the
// naive evaluator returns (or what Microsoft prints), or is refused with Dataverse's own error for
// a predicted reason.
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { QueryStore } from "../../simulator/fetchxml/query-store.ts";
import { runSimulator } from "../../simulator/main.ts";
import { Org } from "../../simulator/org/org.ts";
import { collectedOrganisation, NOW } from "./collected-organisation.ts";
import { collectedQueries, sampleAccounts, type CollectedQuery } from "./collected-queries.ts";
import { expectedRefusal } from "./collected-refusals.ts";
import { webApiClient, member, rowsOf, type WebApiResponse, type WebApiClient } from "./web-api-client.ts";
import { naiveFetch } from "./naive-fetch.ts";
import { naiveStore } from "./naive-store.ts";

const LOOKUP_TABLE = "@Microsoft.Dynamics.CRM.lookuplogicalname";
const COOKIE = "@Microsoft.Dynamics.CRM.fetchxmlpagingcookie";
const PREFER = `odata.include-annotations="Microsoft.Dynamics.CRM.*"`;

async function serve(org: Org): Promise<WebApiClient> {
  // All requests run at once, which is more than the limits allow one user in five minutes.
  return webApiClient(await runSimulator({ org, limits: { requests: 1_000_000 } }));
}

function runFetch(api: WebApiClient, xml: string): Promise<WebApiResponse> {
  return api.request(`accounts?fetchXml=${encodeURIComponent(xml)}`, { prefer: PREFER });
}

describe("collected queries", { timeout: 120_000 }, () => {
  const views = collectedQueries("views");
  const queries = collectedQueries("queries");
  const collected = [...views, ...queries];
  const withFetch = collected.filter(({ fetchxml }) => fetchxml !== "");
  const org = collectedOrganisation(withFetch);
  const store = naiveStore(org);
  let api: WebApiClient;
  beforeAll(async () => {
    api = await serve(org);
  });
  afterAll(() => api[Symbol.asyncDispose]());

  test("each runs like the naive evaluator, or is refused for a known reason", async () => {
    const outcomes: { key: string; outcome: string }[] = [];
    for (const query of withFetch)
      outcomes.push({ key: query.key, outcome: await outcomeOf(query, api, store) });
    const counts = new Map<string, number>();
    for (const { outcome } of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    counts.set("no FetchXML in the definition", collected.length - withFetch.length);
    console.table(Object.fromEntries([...counts].toSorted(([one], [other]) => one.localeCompare(other))));
    expect(outcomes.filter(({ outcome }) => outcome.startsWith("WRONG"))).toEqual([]);
    // A query without results proves nothing, so few may have none.
    const same = counts.get("ran, same rows") ?? 0;
    const none = counts.get("ran, no rows either way") ?? 0;
    expect(none).toBeLessThan((same + none) / 10);
    expect(same + none).toBeGreaterThan(0.85 * withFetch.length);
  });

  test("what its source calls invalid is refused", async () => {
    const invalid = collected.filter(({ note }) => note?.includes("deliberately invalid") === true);
    for (const { fetchxml } of invalid) expect((await runFetch(api, fetchxml)).status).toBe(400);
  });

  test("page after page gives the same rows as all at once", async () => {
    let paged = 0;
    for (const { key, fetchxml } of withFetch) {
      if (expectedRefusal(fetchxml, org) !== undefined || / (top|page|count|aggregate)="/.test(fetchxml))
        continue;
      const whole = rowsOf(await runFetch(api, fetchxml));
      const keys = whole.map(({ accountid }) => accountid).filter((id) => id !== undefined);
      // Rows that a join repeats may be lost between two pages, in Dataverse too.
      if (new Set(keys).size < keys.length) continue;
      expect({ key, rows: await allPages(api, fetchxml) }).toEqual({ key, rows: whole });
      paged += 1;
    }
    expect(paged).toBeGreaterThan(withFetch.length / 2);
  });

  test("Microsoft's printed results", async () => {
    await using samples = await serve(sampleOrganisation());
    const documented = queries.filter(({ documentedResult }) => documentedResult !== undefined);
    for (const { fetchxml, documentedResult } of documented) {
      const rows = rowsOf(await runFetch(samples, fetchxml)).map(plainRow);
      const printed = Array.isArray(documentedResult)
        ? rows.map((row) => [row["name"], row["contact.fullname"]])
        : rows[0];
      expect(printed).toEqual(documentedResult);
    }
  });
});

async function outcomeOf(
  { fetchxml }: CollectedQuery,
  api: WebApiClient,
  store: QueryStore,
): Promise<string> {
  const { org } = api;
  const answer = await runFetch(api, fetchxml);
  const expected = expectedRefusal(fetchxml, org);
  if (answer.status !== 200) {
    const code = String(member(answer.json, "error", "code"));
    return answer.status === 400 && expected?.codes.includes(code)
      ? `refused: ${expected.reason}, ${code}`
      : `WRONG: refused with ${answer.status} ${code} ${String(member(answer.json, "error", "message"))}`;
  }
  if (expected !== undefined) return `WRONG: ran, although ${expected.reason}`;
  const caller = {
    userId: org.adminId,
    businessUnitId: org.businessUnitId,
    teamIds: org
      .requireTable("teammembership")
      .rows()
      .map((row) => String(row["teamid"])),
    utcOffsetMinutes: 120,
  };
  const wanted = pageOf(fetchxml, naiveFetch(fetchxml, { store, caller, now: NOW }));
  const rows = rowsOf(answer).map(plainRow);
  if (!isDeepStrictEqual(rows, wanted))
    return `WRONG: ${rows.length} rows, or others than the ${wanted.length}`;
  return wanted.length > 0 ? "ran, same rows" : "ran, no rows either way";
}

/** Converts a row of a response to logical names, as the naive evaluator returns it. */
function plainRow(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    const bare = (property: string) => property.replace(/^_(.+)_value$/, "$1");
    if (name.endsWith(LOOKUP_TABLE)) plain[`${bare(name.slice(0, -LOOKUP_TABLE.length))}.table`] = value;
    else if (!name.includes("@")) plain[bare(name)] = value;
  }
  return plain;
}

/** The naive evaluator has no pages; this returns the rows of the page that the query names. */
function pageOf<T>(xml: string, rows: readonly T[]): readonly T[] {
  const count = Number(/<fetch[^>]* count="(\d+)"/.exec(xml)?.[1] ?? 5000);
  const page = Number(/<fetch[^>]* page="(\d+)"/.exec(xml)?.[1] ?? 1);
  return rows.slice((page - 1) * count, page * count);
}

/**
 * More pages than any of these queries has, so that a cookie that does not advance fails instead
 * of hanging.
 */
const MAX_PAGES = 200;

async function allPages(api: WebApiClient, xml: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  for (let page = 1, paging = ""; page <= MAX_PAGES; page += 1) {
    const answer = await runFetch(api, xml.replace("<fetch", `<fetch count="37" page="${page}"${paging}`));
    rows.push(...rowsOf(answer));
    if (member(answer.json, "@Microsoft.Dynamics.CRM.morerecords") !== true) return rows;
    const encoded = /pagingcookie="([^"]*)"/.exec(String(member(answer.json, COOKIE)))?.[1];
    const cookie = decodeURIComponent(decodeURIComponent(encoded ?? ""));
    const escaped = cookie.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
    paging = encoded === undefined ? "" : ` paging-cookie="${escaped}"`;
  }
  throw new Error(`no end after ${MAX_PAGES} pages`);
}

/** The ten sample accounts alone; ids that Microsoft does not print sort after those it does. */
function sampleOrganisation(): Org {
  const org = new Org({ now: () => NOW });
  sampleAccounts().forEach(({ accountid, name, numberofemployees, primarycontact_fullname }, at) => {
    const contact = org.create("contact", { fullname: primarycontact_fullname });
    org.createAccount({
      accountid: accountid ?? `00000000-0000-0000-0000-ffffffffff${10 + at}`,
      name,
      numberofemployees,
      primarycontactid: primarycontact_fullname === null ? null : contact,
    });
  });
  return org;
}
