// Defines what a caller may override in a stored query: its columns, its order, its limit and its
// rows. In practice Dataverse accepts OData's options together with `userQuery=` and `savedQuery=`,
// although its documentation does not say so.
import type { AttributeNode, FetchNode } from "./nodes.ts";
import type { Row } from "./query-store.ts";

export interface FetchOptions {
  /** The page size when the query names none, and the largest it may name: 5,000 in Dataverse. */
  readonly maxPageSize: number;
  /** What the caller overrides in the query. */
  readonly overrides?: QueryOverrides;
}

export interface QueryOverrides {
  /** Logical names of columns that replace those of the entity. */
  readonly columns?: readonly string[];
  /** Orders that replace all orders of the query. */
  readonly orders?: readonly { readonly column: string; readonly descending: boolean }[];
  readonly top?: number;
  /** Tests which rows of the entity are kept. */
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
