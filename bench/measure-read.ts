// Measures download and parse: the pages of a full run, read through the client that a run uses and
// discarded.
import { measureWork, type Measurement } from "./measurement.ts";
import { openSourcePages } from "./source-pages.ts";
import type { Source } from "./workload.ts";

export async function measureRead(source: Source): Promise<Measurement> {
  const pages = await openSourcePages(source);
  try {
    return await measureWork(async () => {
      let rows = 0;
      for await (const page of pages.read()) rows += page.length;
      return { rows };
    });
  } finally {
    await pages.close();
  }
}
