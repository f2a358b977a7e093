// Reads short lists (users, views, roles) completely, page by page, and validates each item.
import { z } from "zod";
import { ProtocolError } from "./errors.ts";
import type { Requests } from "./requests.ts";

const MAX_PAGES = 1_000;

export function listSchema<T extends z.ZodType>(item: T) {
  return z.object({ value: z.array(item), "@odata.nextLink": z.string().optional() });
}

/** All items of all pages. `requests` refuses a link to another host. */
export async function readList<T>(
  requests: Requests,
  path: string,
  schema: z.ZodType<{ value: T[]; "@odata.nextLink"?: string | undefined }>,
  signal: AbortSignal | undefined,
): Promise<T[]> {
  const items: T[] = [];
  let next: string | undefined = path;
  for (let page = 0; next !== undefined; page += 1) {
    const link: string = next;
    if (page === MAX_PAGES)
      throw new ProtocolError("Dynamics 365 answers a list without an end.", {}, { fix: "Try again later." });
    const request = () => requests.json(link, schema, { prefer: "odata.maxpagesize=5000", signal });
    let body: z.infer<typeof schema> = await request();
    // A list has ended too early with a page without items, so it is asked for once more.
    if (page > 0 && body.value.length === 0 && body["@odata.nextLink"] === undefined) body = await request();
    items.push(...body.value);
    next = body["@odata.nextLink"];
  }
  return items;
}
