// Parses the preferences of the Prefer header (RFC 7240) that Dataverse knows, and writes
// Preference-Applied.

export interface Preferences {
  readonly maxPageSize?: number;
  /** `odata.include-annotations` as sent, without quotes. */
  readonly annotations?: string;
  readonly representation: boolean;
  readonly trackChanges: boolean;
  readonly continueOnError: boolean;
}

export function parsePreferences(header: string | undefined): Preferences {
  const found = new Map<string, string>();
  for (const match of (header ?? "").matchAll(/([\w.-]+)\s*(?:=\s*(?:"([^"]*)"|([^,;\s]*)))?/g)) {
    found.set((match[1] ?? "").toLowerCase(), match[2] ?? match[3] ?? "");
  }
  const pageSize = Number(found.get("odata.maxpagesize") ?? found.get("maxpagesize"));
  const annotations = found.get("odata.include-annotations");
  return {
    ...(Number.isInteger(pageSize) && pageSize > 0 ? { maxPageSize: pageSize } : {}),
    ...(annotations === undefined ? {} : { annotations }),
    representation: found.get("return") === "representation",
    trackChanges: found.has("odata.track-changes"),
    continueOnError: found.has("odata.continue-on-error"),
  };
}

/** Returns Preference-Applied of a read, as a header or nothing. */
export function preferenceApplied(read: Preferences): Record<string, string> {
  const applied = [
    ...(read.maxPageSize === undefined ? [] : [`odata.maxpagesize=${read.maxPageSize}`]),
    ...(read.annotations === undefined ? [] : [`odata.include-annotations="${read.annotations}"`]),
    ...(read.trackChanges ? ["odata.track-changes"] : []),
  ];
  return applied.length === 0 ? {} : { "Preference-Applied": applied.join(",") };
}

/**
 * Returns a test of full annotation names against the requested list of names and patterns; `-`
 * excludes.
 */
export function annotationFilter({ annotations }: Preferences): (name: string) => boolean {
  if (annotations === undefined) return () => false;
  const patterns = annotations.split(",").map((part) => part.trim());
  return (name) => {
    const fits = (pattern: string) =>
      pattern === name || (pattern.endsWith("*") && name.startsWith(pattern.slice(0, -1)));
    const excluded = patterns.some((one) => one.startsWith("-") && fits(one.slice(1)));
    return !excluded && patterns.some(fits);
  };
}

export const FORMATTED_VALUE = "OData.Community.Display.V1.FormattedValue";
export const NAVIGATION_PROPERTY = "Microsoft.Dynamics.CRM.associatednavigationproperty";
export const LOOKUP_TABLE = "Microsoft.Dynamics.CRM.lookuplogicalname";
export const PAGING_COOKIE = "Microsoft.Dynamics.CRM.fetchxmlpagingcookie";
export const MORE_RECORDS = "Microsoft.Dynamics.CRM.morerecords";
export const TOTAL_COUNT = "Microsoft.Dynamics.CRM.totalrecordcount";
export const TOTAL_EXCEEDED = "Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded";
export const METADATA_VERSION = "Microsoft.Dynamics.CRM.globalmetadataversion";
