// The first rows of a selection as a person sees them in Dynamics 365: labels for choices, names
// for lookups, numbers and dates in the user's format. For display only; a sync reads raw values,
// which come beside them.
import { z } from "zod";
import type { ReadContext } from "./read-accounts.ts";
import { fetchXmlPath, viewQuery, sampleQuery } from "./fetchxml.ts";
import type { AccountSelection, RawRow, Sample, View } from "../model.ts";
import { asViewError } from "./view-pages.ts";

const FORMATTED = "OData.Community.Display.V1.FormattedValue";
const TOTAL = "Microsoft.Dynamics.CRM.totalrecordcount";
const TOTAL_EXCEEDED = "Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded";
/** Dataverse counts no further (Microsoft Learn, "Count number of rows"). */
const MAX_COUNTED = 5_000;
const MAX_TEXT_LENGTH = 200;

const Body = z.object({
  value: z.array(z.record(z.string(), z.unknown())),
  "@odata.count": z.number().optional(),
  [`@${TOTAL}`]: z.number().optional(),
  [`@${TOTAL_EXCEEDED}`]: z.boolean().optional(),
});
type Body = z.infer<typeof Body>;

export async function readSample(
  context: ReadContext,
  selection: AccountSelection,
  columns: readonly string[] | "view-columns",
  rows: number,
  signal: AbortSignal | undefined,
): Promise<Sample> {
  const body = await fetchSample(context, selection, columns, rows, signal);
  const rawRows = body.value.slice(0, rows);
  return { rows: rawRows.map(textsOf), rawRows, count: countOf(body, selection) };
}

async function fetchSample(
  context: ReadContext,
  selection: AccountSelection,
  columns: readonly string[] | "view-columns",
  rows: number,
  signal: AbortSignal | undefined,
): Promise<Body> {
  const { requests, wireNames } = context;
  const numbers = columns === "view-columns" ? [] : await context.numbers(columns, signal);
  const annotations = `odata.include-annotations="${FORMATTED},${TOTAL},${TOTAL_EXCEEDED}"`;
  if (selection.kind === "view") {
    const { view } = selection;
    const xml = columns === "view-columns" ? sampleQuery(view, rows) : viewQuery(view, columns, rows).xml(1);
    try {
      return await requests.json(fetchXmlPath(xml), Body, { prefer: annotations, signal, numbers });
    } catch (error) {
      throw asViewError(error, view, columns === "view-columns" ? [] : columns);
    }
  }
  const select = columns === "view-columns" ? ["name"] : await wireNames(columns, signal);
  const path = `accounts?$select=${select.join(",")}&$filter=statecode%20eq%200&$orderby=name&$count=true`;
  const prefer = `odata.maxpagesize=${rows},${annotations}`;
  return await requests.json(path, Body, { prefer, signal, numbers });
}

function countOf(body: Body, selection: AccountSelection): number | null {
  if (selection.kind === "view" && isTopView(selection.view)) return body.value.length;
  const count = body["@odata.count"] ?? body[`@${TOTAL}`] ?? -1;
  if (body[`@${TOTAL_EXCEEDED}`] === true || count < 0) return null;
  // Without the annotation it is unknown whether the count stopped there.
  return count >= MAX_COUNTED && body[`@${TOTAL_EXCEEDED}`] === undefined ? null : count;
}

/** A view of the first N rows comes in one page. */
function isTopView(view: View): boolean {
  return viewQuery(view, [], 1).top !== undefined;
}

function textsOf(row: RawRow): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [key, value] of Object.entries(row)) {
    if (key.includes("@") || value === null || value === undefined) continue;
    const formatted = row[`${key}@${FORMATTED}`];
    const text = (typeof formatted === "string" ? formatted : plainText(value))
      .replaceAll(/\s+/g, " ")
      .trim();
    if (text !== "") texts[columnOf(key)] = text.slice(0, MAX_TEXT_LENGTH);
  }
  return texts;
}

function plainText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A lookup comes as `_ownerid_value`; older versions escape the dot of a linked column. */
function columnOf(key: string): string {
  return (/^_(.+)_value$/.exec(key)?.[1] ?? key).replace("_x002e_", ".");
}
