// What a changes-only run cannot do without: a sweep of ids and versions, and the rows that changed, through the very client of
// a run and thrown away as they come.
import { measureWork, type Measurement } from "./measurement.ts";
import { openSourcePages } from "./source-pages.ts";
import type { Source } from "./workload.ts";

/** @param ids those that changed */
export async function measureChanges(source: Source, ids: readonly string[]): Promise<Measurement> {
  const pages = await openSourcePages(source);
  try {
    const changed = new Set(ids);
    return await measureWork(async () => {
      const sweepStart = performance.now();
      const found: string[] = [];
      let swept = 0;
      for await (const page of pages.sweep()) {
        swept += page.length;
        for (const { id } of page) if (changed.has(id)) found.push(id);
      }
      const readStart = performance.now();
      let rows = 0;
      // In the order of the sweep, as a run asks for them: so the pages are those that were rendered.
      for await (const page of pages.fetch(found)) rows += page.length;
      return {
        rows: swept,
        stages: { sweep: readStart - sweepStart, rows: performance.now() - readStart },
        facts: { changed: rows },
      };
    });
  } finally {
    await pages.close();
  }
}
