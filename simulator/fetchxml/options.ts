// What a caller asks on top of a stored query: some of its columns, another order, fewer rows. Dataverse takes OData's options beside
// `userQuery=` and `savedQuery=` so, in practice; its documentation does not say it.
import type { AttributeNode, FetchNode } from "./grammar.ts";
import type { Row } from "./query-store.ts";

export interface FetchOptions {
  /** Page size when the query names none, and the largest it may name: 5,000 in Dataverse. */
  readonly maxPageSize: number;
  /** Asked for on top of what the query says. */
  readonly overrides?: QueryOverrides;
}

export interface QueryOverrides {
  /** Logical names; they take the place of the entity's own columns. */
  readonly columns?: readonly string[];
  /** Takes the place of all orders of the query. */
  readonly orders?: readonly { readonly column: string; readonly descending: boolean }[];
  readonly top?: number;
  /** Which rows of the entity are left. */
  readonly rowFilter?: (row: Row) => boolean;
}

export function applyOverrides(node: FetchNode, { columns, orders, top }: QueryOverrides): FetchNode {
  const entity = {
    ...node.entity,
    ...(columns ? { attributes: columns.map(plainAttribute), allAttributes: false } : {}),
    ...(orders ? { orders: orders.map(({ column, descending }) => orderBy(column, descending)) } : {}),
    ...(orders ? { links: node.entity.links.map((link) => ({ ...link, orders: [] })) } : {}),
  };
  if (top === undefined) return { ...node, entity };
  const lowerTop = Math.min(top, node.top ?? top);
  return { ...node, entity, top: lowerTop, count: undefined, page: undefined, pagingCookie: undefined };
}

function plainAttribute(name: string): AttributeNode {
  return {
    name,
    alias: undefined,
    aggregate: undefined,
    groupBy: false,
    dateGrouping: undefined,
    userTimeZone: false,
    distinct: false,
    countChildren: false,
  };
}

function orderBy(attribute: string, descending: boolean): FetchNode["entity"]["orders"][number] {
  return { attribute, alias: undefined, entityName: undefined, descending };
}
