// Formats a value of a plan, whatever its type. Teammates come as addresses, domains as a list.
import { formatDate } from "../../format/fields.ts";
import { formatNumber } from "../../format/numbers.ts";

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/;

export function formatValue(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (Array.isArray(value)) return value.length === 0 ? "–" : value.map(formatValue).join(", ");
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (typeof value === "number") return formatNumber(value);
  if (typeof value !== "string") return JSON.stringify(value);
  return INSTANT.test(value) ? formatDate(value) : value;
}
