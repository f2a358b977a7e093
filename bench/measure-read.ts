// Download and parse: the pages of a full run through the very client of a run, thrown away as they come.
import { timed, type Measured } from "./measurement.ts";
import { openPages } from "./source-pages.ts";
import type { Source } from "./workload.ts";

export async function measureRead(source: Source): Promise<Measured> {
  const pages = await openPages(source);
  try {
    return await timed(async () => {
      let rows = 0;
      for await (const page of pages.read()) rows += page.length;
      return { rows };
    });
  } finally {
    await pages.close();
  }
}
