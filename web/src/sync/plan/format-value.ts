// Formats a value of a plan, whatever its type. Teammates come as addresses, domains as a list.
import { formatDate, type DateFormat } from "../../../../src/settings/dates.ts";
import type { WallClock } from "../../../../src/settings/time-zone.ts";
import { formatNumber } from "../../format/numbers.ts";

/** @param date how a date and time is shown, by the clocks of the workspace */
export function formatValue(
  value: unknown,
  date?: { readonly format: DateFormat; readonly clock: WallClock },
): string {
  if (value === null || value === undefined || value === "") return "–";
  if (Array.isArray(value)) return value.length === 0 ? "–" : value.map((one) => formatValue(one)).join(", ");
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (typeof value === "number") return formatNumber(value);
  if (typeof value !== "string") return JSON.stringify(value);
  return date === undefined ? value : formatDate(value, date.format, date.clock);
}
