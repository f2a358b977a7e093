// Walks hierarchies of rows: who reports to whom, which account is below which. Learn: "Query
// hierarchical data" (operators under, above, eq-useroruserhierarchy and the like).

import type { Caller, QueryColumn, QueryStore, QueryTable, Row } from "./query-store.ts";

interface Hierarchy {
  readonly table: QueryTable;
  readonly parentColumn: string;
}

/**
 * Finds the hierarchy of a column: that of its own table for a primary key, of the target table
 * for a lookup. A table's hierarchy is its lookup to itself; of several, the one named parent…
 * (account: parentaccountid).
 */
export function findHierarchy(
  table: QueryTable,
  column: QueryColumn,
  store: QueryStore,
): Hierarchy | undefined {
  const candidates =
    column.logicalName === table.primaryId
      ? [table]
      : (column.targets ?? []).map((target) => store.table(target)).filter((found) => found !== undefined);
  for (const candidate of candidates) {
    const own = [...candidate.columns()].filter(
      ({ targets }) => targets?.length === 1 && targets[0] === candidate.logicalName,
    );
    const parent =
      own.find(({ logicalName }) => logicalName === `parent${candidate.logicalName}id`) ??
      own.find(({ logicalName }) => logicalName.startsWith("parent")) ??
      own[0];
    if (parent !== undefined) return { table: candidate, parentColumn: parent.logicalName };
  }
  return undefined;
}

/** Returns ids strictly below `id`; a cycle in the data is walked once. */
export function descendantsOf(table: QueryTable, parentColumn: string, id: string): Set<string> {
  const children = new Map<string, string[]>();
  for (const row of table.rows()) {
    const parent = row[parentColumn];
    if (typeof parent !== "string") continue;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [rowId(table, row)]);
    else siblings.push(rowId(table, row));
  }
  const found = new Set<string>();
  const pending = [id];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const child of children.get(next) ?? []) {
      if (found.has(child)) continue;
      found.add(child);
      pending.push(child);
    }
  }
  return found;
}

/** Returns ids strictly above `id`. */
export function ancestorsOf(table: QueryTable, parentColumn: string, id: string): Set<string> {
  const parents = new Map<string, string>();
  for (const row of table.rows()) {
    const parent = row[parentColumn];
    if (typeof parent === "string") parents.set(rowId(table, row), parent);
  }
  const found = new Set<string>();
  for (let next = parents.get(id); next !== undefined && !found.has(next); next = parents.get(next)) {
    found.add(next);
  }
  return found;
}

interface HierarchyContext {
  readonly store: QueryStore;
  readonly caller: Caller;
}

/** Returns the caller and everybody who reports to them, over any number of levels. */
export function userAndReports({ store, caller }: HierarchyContext): Set<string> {
  const users = store.table("systemuser");
  const manager = users?.column("parentsystemuserid");
  if (users === undefined || manager === undefined) return new Set([caller.userId]);
  return descendantsOf(users, manager.logicalName, caller.userId).add(caller.userId);
}

/**
 * Returns the caller's teams and, where the organisation lists memberships, those of the other
 * users.
 */
export function teamsOf(userIds: ReadonlySet<string>, { store, caller }: HierarchyContext): Set<string> {
  const teams = new Set(caller.teamIds);
  for (const membership of store.table("teammembership")?.rows() ?? []) {
    const { systemuserid, teamid } = membership;
    if (typeof systemuserid === "string" && typeof teamid === "string" && userIds.has(systemuserid)) {
      teams.add(teamid);
    }
  }
  return teams;
}

function rowId(table: QueryTable, row: Row): string {
  return String(row[table.primaryId]);
}
