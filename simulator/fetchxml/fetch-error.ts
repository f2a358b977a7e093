// Defines Dataverse's errors for FetchXML: codes and texts, with HTTP 400 except for a secured
// column. They are from Microsoft Learn "Web service error codes" (data-service-error-codes.md),
// except where noted.

export class FetchError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions & { status?: number }) {
    super(message, options);
    this.name = "FetchError";
    this.status = options?.status ?? 400;
    this.code = code;
  }
}

const DOCUMENTED_ERRORS = {
  aggregateLimit: ["0x8004E023", "AggregateQueryRecordLimit exceeded. Cannot perform this operation."],
  aggregateOnly: ["0x80041107", "Attributes can not be returned when aggregate operation is specified."],
  aliasMissing: ["0x80041109", "Invalid alias for aggregate operation."],
  aliasUnknown: ["0x8004110a", "The specified alias for the given entity in the condition does not exist."],
  duplicateAlias: ["0x80041130", "FetchXML should have unique aliases."],
  elementMissing: ["0x80041123", "A required element was not specified."],
  emptyXml: ["0x80041124", "Xml String can't be null."],
  attributeMissing: ["0x8004111e", "A required attribute was not specified."],
  groupByAndAggregate: ["0x80041137", "An attribute can either be an aggregate or a Group By but not both"],
  invalidAggregate: ["0x8004111a", "An error occurred while processing Aggregates in Query"],
  invalidDateGrouping: ["0x80041135", "An invalid value was specified for dategrouping."],
  invalidDescending: [
    "0x80041119",
    "The only valid values for descending attribute are 'true', 'false', '1', and '0'.",
  ],
  invalidDistinct: [
    "0x80041115",
    "The only valid values for distinct attribute are 'true', 'false', '1', and '0'.",
  ],
  invalidFilterType: ["0x80041122", "Unsupported filter type. Valid values are 'and', or 'or'."],
  invalidGroupBy: [
    "0x8004112E",
    "The only valid values for groupby attribute are 'true', 'false', '1', and '0'.",
  ],
  invalidLinkType: [
    "0x80041117",
    "The only valid values for link-type attribute are 'natural', 'inner','in','exists','matchfirstrowusingcrossapply' and 'outer'.",
  ],
  invalidMapping: [
    "0x80041116",
    "The only valid values for mapping are 'logical' or 'internal' which is deprecated.",
  ],
  invalidNode: ["0x8004111c", "The element node encountered is invalid."],
  invalidNoLock: [
    "0x80041118",
    "The only valid values for no-lock attribute are 'true', 'false', '1', and '0'.",
  ],
  invalidOperator: ["0x80041120", "Unsupported condition operator."],
  invalidQuickFind: [
    "0x80041138",
    "The only valid values for isquickfindfields attribute are 'true', 'false', '1', and '0'.",
  ],
  invalidRawOrder: [
    "0x800410fd",
    "The only valid values for useraworderby attribute are 'true', 'false', '1', and '0'.",
  ],
  invalidValue: ["0x80041139", "The attribute value provided is invalid."],
  invalidValueForType: ["0x80041108", "Invalid value specified for type."],
  // Dataverse answers "Invalid XML." to a query it cannot parse; this was observed, and is not on
  // Microsoft's page.
  invalidXml: ["0x80040201", "Invalid XML."],
  linkAttributePair: [
    "0x80041111",
    "AttributeFrom and AttributeTo must be either both specified or both omitted.",
  ],
  linkAmbiguous: ["0x8004110e", "More than one intersect entity exists between the two entities specified."],
  noAttrsDistinct: ["0x8004112C", "The no-attrs tag cannot be used in conjuction with Distinct set to true."],
  notPositive: ["0x8004110c", "A value greater than zero must be specified."],
  orderAliasMissing: ["0x80041134", "An alias is required for an order clause for an aggregate Query."],
  orderAliasNotAllowed: [
    "0x80041132",
    "An alias cannot be specified for an order clause for a non-aggregate Query. Use an attribute.",
  ],
  orderAttributeMissing: [
    "0x80041133",
    "An attribute is required for an order clause for a non-aggregate Query.",
  ],
  orderAttributeNotAllowed: [
    "0x80041131",
    "An attribute cannot be specified for an order clause for an aggregate Query. Use an alias.",
  ],
  orderLinkUnknown: [
    "0x80041126",
    "Converting from Query to EntityExpression failed. Link Node for order was not found.",
  ],
  pagingCookieInvalid: ["0x8004112A", "Invalid page number in paging cookie."],
  pagingCookieOrder: ["0x80041129", "Order by columns do not match those in paging cookie."],
  tooManyConditions: ["0x8004430C", "Number of conditions in query exceeded maximum limit."],
  tooManyLinks: ["0x8004430D", "Number of link entities in query exceeded maximum limit."],
} as const satisfies Record<string, readonly [string, string]>;

export type FetchErrorName = keyof typeof DOCUMENTED_ERRORS;

/** Creates the error that Dataverse documents under this name. */
export function fetchError(name: FetchErrorName, options?: ErrorOptions): FetchError {
  const [code, message] = DOCUMENTED_ERRORS[name];
  return new FetchError(code, message, options);
}

export function unknownTable(name: string): FetchError {
  return new FetchError(
    "0x80041102",
    `The entity with a name = '${name}' with namemapping = 'Logical' was not found in the MetadataCache.`,
  );
}

export function unknownColumn(table: string, column: string): FetchError {
  return new FetchError(
    "0x80041103",
    `'${table}' entity doesn't contain attribute with Name = '${column}' and NameMapping = 'Logical' ` +
      "(look up attribute by name is case-sensitive).",
  );
}

export function securedColumn(table: string, column: string, userId: string): FetchError {
  return new FetchError(
    "0x8004F506",
    `Caller user with Id ${userId} does not have read permissions to the attribute '${column}' of entity '${table}' that is secured.`,
    { status: 403 },
  );
}

export function invalidAlias(alias: string): FetchError {
  return new FetchError(
    "0x80041109",
    `Invalid character specified for alias: ${alias}. Only characters within the ranges [A-Z], [a-z] or [0-9] or _ ` +
      "are allowed.  The first character may only be in the ranges [A-Z], [a-z] or _.",
  );
}

export function linkTypesDiffer(from: string, to: string): FetchError {
  return new FetchError(
    "0x80041104",
    `Data Types don't match for the link-entity join attributes '${from}', '${to}'.`,
  );
}

export function aggregateNotSupported(aggregate: string, type: string): FetchError {
  return new FetchError(
    "0x8004112F",
    `Aggregate ${aggregate} is not supported for attribute of type ${type}.`,
  );
}

/** Dataverse wraps the parser's own message; `reason` is .NET's sentence. */
export function unparsableValue(value: string, column: string, expected: string, reason: string): FetchError {
  return new FetchError(
    "0x80040203",
    `An exception System.FormatException was thrown while trying to convert input value '${value}' to attribute ` +
      `'${column}'. Expected type of attribute value: ${expected}. Exception raised: ${reason}`,
  );
}

/** Creates the error for invalid arguments that have no query-builder code of their own. */
export function invalidArgument(message: string): FetchError {
  return new FetchError("0x80040203", message);
}
