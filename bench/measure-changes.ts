// Measures the floor of a changes-only run: a sweep of ids and versions, then the changed rows,
// read through the client that a run uses and discarded.
import { measureWork, type Measurement } from "./measurement.ts";
import { openSourcePages } from "./source-pages.ts";
import type { Source } from "./workload.ts";

/** @param ids of the accounts that changed */
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
      // A run requests them in the order of the sweep, so these are the pages that were rendered.
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
