// Converts Dynamics values to field values (rule 8), by the types of the column and the field,
// never by the form of the value. As text, choices are labels, numbers plain decimals with all
// their digits, dates ISO 8601; other values are as sent.
import type { Column } from "../../dataverse/model.ts";
import { isBlank } from "../../lib/invisible-characters.ts";
import { exportedDate, parseDate, type DateFormat } from "../../settings/dates.ts";
import type { FieldType } from "../../settings/field-types.ts";
import type { WallClock } from "../../settings/time-zone.ts";
import { canonicalDecimal, isNumber } from "./decimals.ts";

/** A value as it is stored; undefined is empty. `draft.ts` converts teammates. */
export type FieldValue = string | number | boolean | undefined;

/** Converts a raw value (from JSON.parse; null or absent if empty) to a field value. */
export type ValueReader = (raw: unknown) => FieldValue | typeof INVALID;

/** The value does not fit its type: it becomes empty, with an issue `value-invalid`. */
export const INVALID = Symbol("invalid");

function isEmpty(raw: unknown): raw is null | undefined | "" {
  return raw === null || raw === undefined || raw === "";
}

function text(raw: unknown): ReturnType<ValueReader> {
  if (isEmpty(raw)) return undefined;
  if (typeof raw !== "string") return INVALID;
  return isBlank(raw) ? undefined : raw;
}

function number(raw: unknown): ReturnType<ValueReader> {
  if (isEmpty(raw)) return undefined;
  if (!isNumber(raw)) return INVALID;
  const value = Number(raw);
  return Number.isFinite(value) ? value : INVALID;
}

function numberAsText(raw: unknown): ReturnType<ValueReader> {
  if (isEmpty(raw)) return undefined;
  return (isNumber(raw) ? canonicalDecimal(raw) : undefined) ?? INVALID;
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

const ZONE = /(?:Z|[+-]\d\d:\d\d)$/;

/** Reads one of the three texts of settings/dates.ts, by the behaviour of the column. */
function date({ dateBehavior }: Column): ValueReader {
  const isWallClock = dateBehavior === "TimeZoneIndependent";
  const hasZone = !isWallClock && dateBehavior !== "DateOnly";
  return (raw) => {
    if (isEmpty(raw)) return undefined;
    if (typeof raw !== "string") return INVALID;
    // A wall clock is sent with a "Z", too, which has no meaning.
    const stored = parseDate(hasZone ? raw : raw.replace(ZONE, ""));
    if (stored === undefined) return INVALID;
    if (isWallClock) return stored.length === 10 ? `${stored}T00:00:00` : stored;
    return hasZone ? stored : stored.slice(0, 10);
  };
}

/** Text has no display format of its own, so a column that shows dates alone gives dates. */
function dateAsText(column: Column, clock: WallClock): ValueReader {
  const read = date(column);
  return (raw) => {
    const value = read(raw);
    if (value === INVALID) return text(raw);
    return typeof value === "string" ? exportedDate(value, dateFormatOf(column), clock) : value;
  };
}

/**
 * How the field of a column shows what has a time. A column of dates sends no times; an instant in
 * its field is older than that.
 */
export function dateFormatOf({ format, dateBehavior }: Column): DateFormat {
  return format === "DateOnly" && dateBehavior !== "DateOnly" ? "date" : "date-and-time";
}

/** Readers of text by `AttributeTypeName`; other types cannot become text. */
const AS_TEXT: Record<string, (column: Column, clock: WallClock) => ValueReader> = {
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
  DateTimeType: dateAsText,
};

/**
 * Makes the reader of a column for a field type that `checkMapping` has accepted.
 * @param clock the workspace's, by which a text is the date of an instant
 */
export function valueReader(
  column: Column,
  target: Exclude<FieldType, "teammate">,
  clock: WallClock,
): ValueReader {
  if (target === "number") return number;
  if (target === "boolean") return yesOrNo;
  if (target === "datetime") return date(column);
  const reader = AS_TEXT[column.type]?.(column, clock);
  if (!reader)
    throw new Error(`No text is made of columns of type ${column.type}, such as ${column.logicalName}.`);
  return reader;
}
