// Defines the requests that are measured: lists, searches and filters of accounts, pages of a plan.
import { encodePageCursor, parseOrder } from "../../src/accounts/list/order.ts";
import type { Database } from "../../src/db/pool.ts";
import type { Fields } from "./fill-accounts.ts";
import { encodeCursor } from "../../src/lib/cursor.ts";

export type Case = { readonly name: string; readonly path: string };

function list(query: Record<string, string>): string {
  return `/accounts?${new URLSearchParams(query).toString()}`;
}

export async function accountCases(
  { kysely }: Database,
  fields: Fields,
  accounts: number,
): Promise<readonly Case[]> {
  const middle = await kysely
    .selectFrom("accounts")
    .select(["id", "name_key as key"])
    .orderBy("name_key")
    .offset(Math.floor(accounts / 2))
    .limit(1)
    .executeTakeFirstOrThrow();
  const after = encodePageCursor(parseOrder("name", [], "UTC"), middle);
  const filter = (name: string, is: string, value: string): string =>
    JSON.stringify([{ field: String(fields[name]), is, value }]);
  return [
    { name: "by name, first page", path: list({}) },
    { name: "by name, in the middle", path: list({ after }) },
    { name: "by name, turned round", path: list({ sort: "-name" }) },
    { name: "by last change", path: list({ sort: "-updated" }) },
    { name: "by a number", path: list({ sort: String(fields["Employees"]) }) },
    { name: "by a text", path: list({ sort: String(fields["City"]) }) },
    { name: "search, in every account", path: list({ q: "gmbh" }) },
    { name: "search, in 7 %", path: list({ q: "northwind" }) },
    { name: "search, in a handful", path: list({ q: "abcde" }) },
    { name: "search, in none", path: list({ q: "no such text" }) },
    { name: "search, an address", path: list({ q: "jane@nobody.example.com" }) },
    { name: "filter, a city", path: list({ filters: filter("City", "equals", "Oslo") }) },
    { name: "filter, a number", path: list({ filters: filter("Employees", "equals", "4711") }) },
    { name: "those that stopped", path: list({ sync: "stopped" }) },
    { name: "count of all", path: "/accounts/count" },
    { name: "count of a search", path: "/accounts/count?q=northwind" },
  ];
}

/** Pages of a preview, as an admin scrolls and searches them. */
export function planCases(run: number, accounts: number): readonly Case[] {
  const changes = (query: Record<string, string>) =>
    `/runs/${run}/changes?${new URLSearchParams(query).toString()}`;
  const after = encodeCursor({ seq: Math.floor(accounts / 4) });
  return [
    { name: "plan, first page", path: changes({}) },
    { name: "plan, in the middle", path: changes({ after }) },
    { name: "plan, creates alone", path: changes({ action: "create" }) },
    { name: "plan, skips alone", path: changes({ action: "skip" }) },
    { name: "plan, a search", path: changes({ q: "northwind" }) },
    { name: "plan, a search for none", path: changes({ q: "no such text" }) },
  ];
}
