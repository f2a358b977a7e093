// What a changes-only run cannot do without: a sweep of ids and versions, and the rows that changed, through the very client of
// a run and thrown away as they come.
import { timed, type Measured } from "./measurement.ts";
import { openPages } from "./source-pages.ts";
import type { Source } from "./workload.ts";

/** @param ids those that changed */
export async function measureChanges(source: Source, ids: readonly string[]): Promise<Measured> {
  const pages = await openPages(source);
  try {
    const changed = new Set(ids);
    return await timed(async () => {
      const begun = performance.now();
      const found: string[] = [];
      let swept = 0;
      for await (const page of pages.sweep()) {
        swept += page.length;
        for (const { id } of page) if (changed.has(id)) found.push(id);
      }
      const read = performance.now();
      let rows = 0;
      // In the order of the sweep, as a run asks for them: so the pages are those that were rendered.
      for await (const page of pages.fetch(found)) rows += page.length;
      return {
        rows: swept,
        stages: { sweep: read - begun, rows: performance.now() - read },
        facts: { changed: rows },
      };
    });
  } finally {
    await pages.close();
  }
}
