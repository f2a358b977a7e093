// Reads the collected FetchXML over account and Microsoft's sample accounts, and the names that a
// query uses.
import { readFileSync } from "node:fs";
import { DOMParser, type Element } from "@xmldom/xmldom";
import { z } from "zod";
import { outsideData } from "../harness/outside-data.ts";

const queriesFile = z.array(
  z.object({
    key: z.string(),
    note: z.string().optional(),
    fetchxml: z
      .string()
      .nullable()
      .transform((xml) => xml ?? ""),
    documentedResult: z.unknown().optional(),
  }),
);
export type CollectedQuery = z.infer<typeof queriesFile>[number];

const samplesFile = z.object({
  accounts: z.array(
    z.object({
      name: z.string(),
      numberofemployees: z.number().nullable(),
      address1_city: z.string().nullable(),
      createdon: z.string(),
      accountid: z.string().nullable(),
      primarycontact_fullname: z.string().nullable(),
    }),
  ),
});
export type SampleAccount = z.infer<typeof samplesFile>["accounts"][number];

function readData(file: string): unknown {
  return JSON.parse(readFileSync(outsideData(`data/${file}`), "utf8"));
}

/** Views without FetchXML have an empty text. */
export function collectedQueries(which: "views" | "queries"): CollectedQuery[] {
  return queriesFile.parse(readData(`fetchxml-account-${which}.json`));
}

export function sampleAccounts(): SampleAccount[] {
  return samplesFile.parse(readData("dataverse-sample-accounts.json")).accounts;
}

/** A column as a query uses it, and the element it is used in. */
export interface ColumnUse {
  readonly table: string;
  readonly column: string;
  readonly element: Element;
}

export interface LinkUse {
  readonly from: ColumnUse;
  readonly to: ColumnUse;
}

export interface QueryUses {
  /** Tables in the order of the text. */
  readonly tables: readonly string[];
  readonly columns: readonly ColumnUse[];
  readonly links: readonly LinkUse[];
}

export function parsed(xml: string): Element | null {
  return new DOMParser({ onError: () => undefined }).parseFromString(xml, "text/xml").documentElement;
}

export function usesIn(xml: string): QueryUses {
  const root = parsed(xml);
  const tables: string[] = [];
  const columns: ColumnUse[] = [];
  const links: LinkUse[] = [];
  const tableElements = [...(root?.getElementsByTagName("*") ?? [])].filter(isTable);
  for (const element of tableElements) {
    const table = attributeOf(element, "name");
    tables.push(table);
    const parent = enclosingTable(element);
    if (parent === undefined || attributeOf(element, "from") === "") continue;
    const from = { table, column: attributeOf(element, "from"), element };
    const to = { table: attributeOf(parent, "name"), column: attributeOf(element, "to"), element };
    columns.push(from, to);
    links.push({ from, to });
  }
  for (const element of root?.getElementsByTagName("*") ?? []) {
    const named = element.tagName === "attribute" ? "name" : "attribute";
    const column = attributeOf(element, named) || attributeOf(element, "column");
    if (column === "" || !["attribute", "condition", "order"].includes(element.tagName)) continue;
    const alias = attributeOf(element, "entityname");
    const owner =
      alias === "" ? enclosingTable(element) : tableElements.find((one) => namesOf(one).includes(alias));
    if (owner !== undefined) columns.push({ table: attributeOf(owner, "name"), column, element });
  }
  return { tables, columns, links };
}

function isTable({ tagName }: Element): boolean {
  return tagName === "entity" || tagName === "link-entity";
}

function namesOf(element: Element): string[] {
  return [attributeOf(element, "alias"), attributeOf(element, "name")];
}

function enclosingTable(element: Element): Element | undefined {
  let at = element.parentElement;
  while (at !== null && !isTable(at)) at = at.parentElement;
  return at ?? undefined;
}

export function attributeOf(element: Element, name: string): string {
  return element.getAttribute(name) ?? "";
}

/** Returns the values that a condition compares with. */
export function valuesOf(condition: Element): string[] {
  const value = condition.getAttribute("value");
  const children = [...condition.getElementsByTagName("value")].map((one) => one.textContent ?? "");
  return value === null ? children : [value, ...children];
}
