// Formats values of custom fields, and names the types of fields.
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

/** Dates without a time are stored as midnight UTC, and shown as that day in every time zone. */
export function formatDate(value: string): string {
  const at = new Date(value);
  if (Number.isNaN(at.getTime())) return value;
  return /T00:00:00(?:\.0+)?Z$/.test(value) ? dateFormat.format(at) : dateTimeFormat.format(at);
}

/** Returns "" for no value. `teammateName` looks up a teammate's name by id. */
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
