// Tests random queries over random small organisations: the engine returns what the naive evaluator
// returns, whole and page by page.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { executeFetch } from "../../simulator/fetchxml/engine.ts";
import type { QueryStore } from "../../simulator/fetchxml/query-store.ts";
import { propertyRuns } from "../harness/counts.ts";
import { aggregateQueries, callers, NOW, organisations, rowQueries } from "./fetchxml-arbitraries.ts";
import { ME, TEAM } from "./fetchxml-conditions.ts";
import { callerOf } from "./fetchxml-store.ts";
import { naiveFetch } from "./naive-fetch.ts";

test("engine and naive evaluator return the same rows", { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(
      organisations,
      fc.oneof({ weight: 4, arbitrary: rowQueries }, aggregateQueries),
      callers,
      (store, xml, caller) => {
        const result = executeFetch(xml, store, caller, NOW, { maxPageSize: 5000 });
        expect(result.rows).toEqual(naiveFetch(xml, { store, caller, now: NOW }));
      },
    ),
    propertyRuns(250, 1000),
  );
});

test("pages put together are the whole, unless a join repeats rows", { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(organisations, rowQueries, fc.integer({ min: 1, max: 4 }), (store, xml, size) => {
      fc.pre(!xml.includes("top="));
      const caller = callerOf({ userId: ME, teamIds: [TEAM], utcOffsetMinutes: 330 });
      const whole = naiveFetch(xml, { store, caller, now: NOW });
      const keys = whole.map((row) => row["accountid"]).filter((key) => key !== undefined);
      fc.pre(new Set(keys).size === keys.length);
      expect(allPages(xml, store, size)).toEqual(whole);
    }),
    propertyRuns(100, 400),
  );
});

/**
 * More pages than any of these queries has, so that a cookie that does not advance fails instead
 * of hanging.
 */
const MAX_PAGES = 2000;

function allPages(xml: string, store: QueryStore, size: number): unknown[] {
  const caller = callerOf({ userId: ME, teamIds: [TEAM], utcOffsetMinutes: 330 });
  const rows: unknown[] = [];
  for (let page = 1, paging = ""; page <= MAX_PAGES; page += 1) {
    const query = xml.replace("<fetch", `<fetch count="${size}" page="${page}"${paging}`);
    const result = executeFetch(query, store, caller, NOW, { maxPageSize: 5000 });
    rows.push(...result.rows);
    if (!result.moreRecords) return rows;
    const cookie = result.pagingCookie
      ?.replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll('"', "&quot;");
    paging = cookie === undefined ? "" : ` paging-cookie="${cookie}"`;
  }
  throw new Error(`no end after ${MAX_PAGES} pages`);
}
