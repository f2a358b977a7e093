// What a Dynamics value becomes here (rule 8): by the column's type and the target, never by how the value looks.
// Text is labels for choices, plain decimals for numbers, ISO 8601 for dates; everything else is as sent.
import type { Column } from "../../dataverse/model.ts";
import type { FieldType } from "../../settings/field-types.ts";

/** A value as it is stored; undefined is "empty". A teammate is looked up by `draft.ts`, which knows who works here. */
export type FieldValue = string | number | boolean | undefined;

/** Turns a raw value (what JSON.parse made of it; null or absent when empty) into a field value, or throws nothing: `invalid` is a value too. */
export type ValueReader = (raw: unknown) => FieldValue | typeof INVALID;

/** The value does not fit its column's type: it becomes empty, and the report says `value-invalid`. */
export const INVALID = Symbol("invalid");

/** Number("1e21") prints as 1e+21; people expect 1000000000000000000000. Fractions below 1e-6 likewise. */
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

/** An option deleted from the set keeps its number in old rows; the number is then the best name there is. */
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

/** On the wire "2,3,8"; labels may hold commas and semicolons themselves, so the text of the service is not split. */
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

/** DateOnly comes as "2015-01-01": midnight UTC. All else comes as an instant in UTC and stays as sent. */
function instant(raw: unknown): ReturnType<ValueReader> {
  if (isEmpty(raw)) return undefined;
  if (typeof raw !== "string" || Number.isNaN(Date.parse(raw))) return INVALID;
  return DATE.test(raw) ? `${raw}T00:00:00Z` : raw;
}

/** Text of a column by its `AttributeTypeName`; a type that is not here cannot be text. */
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

/** The reader for a column and a target type. The mapping was checked against the compatibility table before. */
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
 * Whether a number may have lost digits on its way through JSON: beyond 2^53 units of its last decimal place a double
 * cannot tell neighbours apart.
 */
export function mayBeRounded(value: number, precision: number | undefined): boolean {
  return Math.abs(value) * 10 ** (precision ?? 0) > 2 ** 53;
}
