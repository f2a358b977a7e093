// Formats values of custom fields, and names the types of fields.
import type { CustomFieldView } from "../../../src/api/contract/accounts.ts";
import { formatDate } from "../../../src/settings/dates.ts";
import type { WallClock } from "../../../src/settings/time-zone.ts";
import { formatNumber } from "./numbers.ts";

export type FieldValue = string | number | boolean | null | undefined;
type FieldType = CustomFieldView["type"];

export type FormatContext = {
  readonly teammateName: (teammate: string) => string | undefined;
  /** Of the workspace's time zone. */
  readonly clock: WallClock;
};

export const FIELD_TYPE_NAMES: Record<FieldType, string> = {
  text: "Text",
  number: "Number",
  boolean: "Yes or no",
  datetime: "Date and time",
  teammate: "Teammate",
};

export type FieldFormat = Pick<CustomFieldView, "type" | "dateFormat">;

/** Returns "" for no value. `teammateName` looks up a teammate's name by id. */
export function formatField(
  { type, dateFormat = "date-and-time" }: FieldFormat,
  value: FieldValue,
  { teammateName, clock }: FormatContext,
): string {
  if (value === null || value === undefined || value === "") return "";
  switch (type) {
    case "boolean":
      return value === true || value === "true" ? "Yes" : "No";
    case "number":
      return formatNumber(Number(value));
    case "datetime":
      return formatDate(String(value), dateFormat, clock);
    case "teammate":
      return teammateName(String(value)) ?? "A former teammate";
    case "text":
      return String(value);
  }
}
