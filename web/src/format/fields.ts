// Values of custom fields in words, and the types of fields as people call them.
import type { CustomFieldView } from "../../../src/api/contract/accounts.ts";
import { number } from "./numbers.ts";

export type FieldValue = string | number | boolean | null | undefined;
type FieldType = CustomFieldView["type"];

export const TYPE_NAMES: Record<FieldType, string> = {
  text: "Text",
  number: "Number",
  boolean: "Yes or no",
  datetime: "Date and time",
  teammate: "Teammate",
};

const day = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeZone: "UTC" });
const moment = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

/** A date without a time arrives as midnight UTC: shown as that day, whatever the viewer's zone. */
function dateInWords(value: string): string {
  const at = new Date(value);
  if (Number.isNaN(at.getTime())) return value;
  return /T00:00:00(?:\.0+)?Z$/.test(value) ? day.format(at) : moment.format(at);
}

/** Empty for no value. `nameOf` knows teammates by id. */
export function fieldInWords(
  type: FieldType,
  value: FieldValue,
  nameOf: (teammate: string) => string | undefined,
): string {
  if (value === null || value === undefined || value === "") return "";
  switch (type) {
    case "boolean":
      return value === true || value === "true" ? "Yes" : "No";
    case "number":
      return number(Number(value));
    case "datetime":
      return dateInWords(String(value));
    case "teammate":
      return nameOf(String(value)) ?? "A former teammate";
    case "text":
      return String(value);
  }
}
