// Measures download alone: it requests the same pages with the same concurrency as the client, and
// neither unpacks nor parses them. This shows that source and network are not what the other
// figures measure.
import { Agent, request } from "undici";
import type { HttpRequest } from "../src/lib/http.ts";
import { measureWork, type Measurement } from "./measurement.ts";
import { openSourcePages } from "./source-pages.ts";
import type { Source } from "./workload.ts";

/** The client holds as many pages at once (src/dataverse/accounts/pages.ts). */
const CONCURRENT_REQUESTS = 3;

/**
 * Lists the requests of a full run. Each page holds the link to the next, so all are read once
 * before.
 */
async function requestsOf(source: Source): Promise<HttpRequest[]> {
  let requests: HttpRequest[] = [];
  const pages = await openSourcePages(source, (sent) => requests.push(sent));
  try {
    requests = [];
    let rows = 0;
    for await (const page of pages.read()) rows += page.length;
    if (rows === 0) throw new Error("The source has no accounts.");
    return requests;
  } finally {
    await pages.close();
  }
}

export async function measureDownload(source: Source): Promise<Measurement> {
  const requests = await requestsOf(source);
  const dispatcher = new Agent();
  try {
    return await measureWork(async () => {
      let bytes = 0;
      const remaining = requests.values();
      const requestRemaining = async (): Promise<void> => {
        for (const { url, headers = {} } of remaining) {
          const response = await request(url, {
            dispatcher,
            headers: { "accept-encoding": "gzip", ...headers },
          });
          bytes += (await response.body.bytes()).length;
        }
      };
      await Promise.all(Array.from({ length: CONCURRENT_REQUESTS }, requestRemaining));
      return { rows: 0, facts: { pages: requests.length, bytes } };
    });
  } finally {
    await dispatcher.destroy();
  }
}
