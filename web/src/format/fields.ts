// Values of custom fields in words, and the types of fields as people call them.
import type { CustomFieldView } from "../../../src/api/contract/accounts.ts";
import { formatNumber } from "./numbers.ts";

export type FieldValue = string | number | boolean | null | undefined;
type FieldType = CustomFieldView["type"];

export const FIELD_TYPE_NAMES: Record<FieldType, string> = {
  text: "Text",
  number: "Number",
  boolean: "Yes or no",
  datetime: "Date and time",
  teammate: "Teammate",
};

const dateFormat = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeZone: "UTC" });
const dateTimeFormat = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

/** A date without a time arrives as midnight UTC: shown as that day, whatever the viewer's zone. */
function formatDate(value: string): string {
  const at = new Date(value);
  if (Number.isNaN(at.getTime())) return value;
  return /T00:00:00(?:\.0+)?Z$/.test(value) ? dateFormat.format(at) : dateTimeFormat.format(at);
}

/** Empty for no value. `nameOf` knows teammates by id. */
export function formatField(
  type: FieldType,
  value: FieldValue,
  teammateName: (teammate: string) => string | undefined,
): string {
  if (value === null || value === undefined || value === "") return "";
  switch (type) {
    case "boolean":
      return value === true || value === "true" ? "Yes" : "No";
    case "number":
      return formatNumber(Number(value));
    case "datetime":
      return formatDate(String(value));
    case "teammate":
      return teammateName(String(value)) ?? "A former teammate";
    case "text":
      return String(value);
  }
}
