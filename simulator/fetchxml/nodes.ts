// Defines the nodes of a parsed query, whose names are not resolved yet.

export const LINK_TYPES = [
  "inner",
  "outer",
  "natural",
  "exists",
  "in",
  "matchfirstrowusingcrossapply",
  "any",
  "not any",
  "all",
  "not all",
] as const;
type LinkType = (typeof LINK_TYPES)[number];

/** Link types that add columns, and may add rows, to the result. */
export function isJoin(linkType: LinkType): boolean {
  return ["inner", "outer", "natural", "matchfirstrowusingcrossapply"].includes(linkType);
}

export const AGGREGATES = ["count", "countcolumn", "sum", "avg", "min", "max"] as const;
type Aggregate = (typeof AGGREGATES)[number];

export const DATE_GROUPINGS = [
  "day",
  "week",
  "month",
  "quarter",
  "year",
  "fiscal-period",
  "fiscal-year",
] as const;
export type DateGrouping = (typeof DATE_GROUPINGS)[number];

export interface AttributeNode {
  readonly name: string;
  readonly alias: string | undefined;
  readonly aggregate: Aggregate | undefined;
  readonly groupBy: boolean;
  readonly dateGrouping: DateGrouping | undefined;
  readonly userTimeZone: boolean;
  readonly distinct: boolean;
  readonly countChildren: boolean;
}

export interface OrderNode {
  readonly attribute: string | undefined;
  readonly alias: string | undefined;
  readonly entityName: string | undefined;
  readonly descending: boolean;
}

export interface ConditionNode {
  readonly kind: "condition";
  readonly attribute: string;
  readonly operator: string;
  readonly entityName: string | undefined;
  readonly valueOf: string | undefined;
  readonly values: readonly string[];
}

export interface FilterNode {
  readonly kind: "filter";
  readonly any: boolean;
  readonly items: readonly (FilterNode | ConditionNode | LinkNode)[];
}

export interface TableNode {
  readonly name: string;
  readonly attributes: readonly AttributeNode[];
  readonly allAttributes: boolean;
  readonly noAttributes: boolean;
  readonly orders: readonly OrderNode[];
  readonly filters: readonly FilterNode[];
  readonly links: readonly LinkNode[];
}

export interface LinkNode extends TableNode {
  readonly kind: "link-entity";
  readonly alias: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly linkType: LinkType;
  /** The number of the link-entity in the order of the text, starting at 1. */
  readonly number: number;
}

export interface FetchNode {
  readonly entity: TableNode;
  readonly aggregate: boolean;
  readonly distinct: boolean;
  readonly rawOrder: boolean;
  readonly top: number | undefined;
  readonly count: number | undefined;
  readonly page: number | undefined;
  readonly pagingCookie: string | undefined;
  readonly returnTotalRecordCount: boolean;
  readonly aggregateLimit: number | undefined;
  /** Returns long-term retained rows only. */
  readonly retained: boolean;
}
