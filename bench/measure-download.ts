// Download alone: the bytes of the very same pages off the wire, as many at once as the client asks for, neither unpacked nor
// parsed. It shows that source and network are not what the other figures measure.
import { Agent, request } from "undici";
import type { HttpRequest } from "../src/lib/http.ts";
import { timed, type Measured } from "./measurement.ts";
import { openPages } from "./source-pages.ts";
import type { Source } from "./workload.ts";

/** As many pages as the client holds at once (src/dataverse/pages.ts). */
const AT_ONCE = 3;

/** The requests of a full run; the links between the pages are inside the pages, so they are read once before. */
async function requestsOf(source: Source): Promise<HttpRequest[]> {
  let requests: HttpRequest[] = [];
  const pages = await openPages(source, (sent) => requests.push(sent));
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

export async function measureDownload(source: Source): Promise<Measured> {
  const requests = await requestsOf(source);
  const dispatcher = new Agent();
  try {
    return await timed(async () => {
      let bytes = 0;
      const waiting = requests.values();
      const drain = async (): Promise<void> => {
        for (const { url, headers = {} } of waiting) {
          const answer = await request(url, {
            dispatcher,
            headers: { "accept-encoding": "gzip", ...headers },
          });
          bytes += (await answer.body.bytes()).length;
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, drain));
      return { rows: 0, facts: { pages: requests.length, bytes } };
    });
  } finally {
    await dispatcher.destroy();
  }
}
