// Converts Dynamics values to field values (rule 8), by the types of the column and the field,
// never by the form of the value. As text, choices are labels, numbers plain decimals, dates ISO
// 8601; other values are as sent.
import type { Column } from "../../dataverse/model.ts";
import type { FieldType } from "../../settings/field-types.ts";

/** A value as it is stored; undefined is empty. `draft.ts` converts teammates. */
export type FieldValue = string | number | boolean | undefined;

/** Converts a raw value (from JSON.parse; null or absent if empty) to a field value. */
export type ValueReader = (raw: unknown) => FieldValue | typeof INVALID;

/** The value does not fit its type: it becomes empty, with an issue `value-invalid`. */
export const INVALID = Symbol("invalid");

/** Formats a number without exponent: String(1e21) is "1e+21", and below 1e-6 it is alike. */
function plainDecimal(value: number): string {
  const printed = String(value);
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(printed);
  if (!match) return printed;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const digits = whole + fraction;
  const point = 1 + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, "0");
}

function isEmpty(raw: unknown): raw is null | undefined | "" {
  return raw === null || raw === undefined || raw === "";
}

function text(raw: unknown): ReturnType<ValueReader> {
  if (isEmpty(raw)) return undefined;
  return typeof raw === "string" ? raw : INVALID;
}

function number(raw: unknown): ReturnType<ValueReader> {
  if (isEmpty(raw)) return undefined;
  return typeof raw === "number" && Number.isFinite(raw) ? raw : INVALID;
}

function numberAsText(raw: unknown): ReturnType<ValueReader> {
  const value = number(raw);
  return typeof value === "number" ? plainDecimal(value) : value;
}

function yesOrNo(raw: unknown): ReturnType<ValueReader> {
  if (isEmpty(raw)) return undefined;
  return typeof raw === "boolean" ? raw : INVALID;
}

/** Old rows keep the number of an option that was deleted; then the number is its label. */
function labelOf(options: Column["options"]): (value: number) => string {
  return (value) => options?.get(value) || String(value);
}

function choice(options: Column["options"]): ValueReader {
  const label = labelOf(options);
  return (raw) => {
    if (isEmpty(raw)) return undefined;
    return typeof raw === "number" ? label(raw) : INVALID;
  };
}

/** Sent as "2,3,8". Labels may contain commas, so the formatted text of the service is not used. */
function choices(options: Column["options"]): ValueReader {
  const label = labelOf(options);
  return (raw) => {
    if (isEmpty(raw)) return undefined;
    if (typeof raw !== "string") return INVALID;
    const values = raw.split(",").map(Number);
    return values.every(Number.isInteger) ? values.map(label).join("; ") : INVALID;
  };
}

function twoOptions(options: Column["options"]): ValueReader {
  const yes = options?.get(1) || "Yes";
  const no = options?.get(0) || "No";
  return (raw) => {
    const value = yesOrNo(raw);
    return typeof value === "boolean" ? (value ? yes : no) : value;
  };
}

const DATE = /^\d{4}-\d\d-\d\d$/;

/** A date alone ("2015-01-01") becomes midnight UTC; an instant in UTC stays as sent. */
function instant(raw: unknown): ReturnType<ValueReader> {
  if (isEmpty(raw)) return undefined;
  if (typeof raw !== "string" || Number.isNaN(Date.parse(raw))) return INVALID;
  return DATE.test(raw) ? `${raw}T00:00:00Z` : raw;
}

/** Readers of text by `AttributeTypeName`; other types cannot become text. */
const AS_TEXT: Record<string, (column: Column) => ValueReader> = {
  StringType: () => text,
  MemoType: () => text,
  PicklistType: (column) => choice(column.options),
  StateType: (column) => choice(column.options),
  StatusType: (column) => choice(column.options),
  MultiSelectPicklistType: (column) => choices(column.options),
  BooleanType: (column) => twoOptions(column.options),
  IntegerType: () => numberAsText,
  DoubleType: () => numberAsText,
  DecimalType: () => numberAsText,
  MoneyType: () => numberAsText,
  DateTimeType: () => text,
};

/** Makes the reader of a column for a field type that `checkMapping` has accepted. */
export function valueReader(column: Column, target: Exclude<FieldType, "teammate">): ValueReader {
  if (target === "number") return number;
  if (target === "boolean") return yesOrNo;
  if (target === "datetime") return instant;
  const reader = AS_TEXT[column.type]?.(column);
  if (!reader)
    throw new Error(`No text is made of columns of type ${column.type}, such as ${column.logicalName}.`);
  return reader;
}

/**
 * Whether a number may have lost digits in JSON.parse: beyond 2^53 units of its last decimal place
 * neighbouring values have the same double.
 */
export function mayBeRounded(value: number, precision: number | undefined): boolean {
  return Math.abs(value) * 10 ** (precision ?? 0) > 2 ** 53;
}
