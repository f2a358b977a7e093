// Trees of rows: who reports to whom, which account is below which.
// Learn: "Query hierarchical data" (operators under, above, eq-useroruserhierarchy and their kin).

import type { Caller, QueryColumn, QueryStore, QueryTable, Row } from "./query-store.ts";

interface Hierarchy {
  readonly table: QueryTable;
  readonly parentColumn: string;
}

/**
 * The tree that a column stands in: that of its own table for a primary key, of the target table for a lookup.
 * A table's hierarchy is its lookup to itself; where there are several, the one named parent… (account: parentaccountid).
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

/** Ids strictly below `id`; a loop in the data ends where it closes. */
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

/** Ids strictly above `id`. */
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

/** The caller and everybody who reports to them, over any number of levels. */
export function userAndReports({ store, caller }: HierarchyContext): Set<string> {
  const users = store.table("systemuser");
  const manager = users?.column("parentsystemuserid");
  if (users === undefined || manager === undefined) return new Set([caller.userId]);
  return descendantsOf(users, manager.logicalName, caller.userId).add(caller.userId);
}

/** The caller's teams and, where the organisation lists memberships, those of the other users. */
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
