// Derives values that Dataverse maintains when others are written: status for state, base amounts
// for money, full names, the composite address, parts of images.
import type { Row, Value } from "../fetchxml/query-store.ts";
import { guidFrom } from "./guids.ts";
import type { MutableRow, Table } from "./table.ts";

/** @param id of the row @param before the row as it is; undefined when it is being created */
export function withDerivedValues(
  table: Table,
  id: string,
  values: MutableRow,
  before: Row | undefined,
  now: Date,
): MutableRow {
  const derived: MutableRow = {
    ...values,
    ...statusFor(table, values),
    ...fullName(table, values, before),
  };
  const rate = Number(values["exchangerate"] ?? before?.["exchangerate"] ?? 1);
  for (const [name, amount] of Object.entries(values)) {
    if (typeof amount !== "number" && amount !== null) continue;
    const base = `${name}_base`;
    if (table.column(name)?.type === "Money" && values[base] === undefined && table.column(base)) {
      derived[base] = typeof amount === "number" ? roundedTo(amount / rate, 4) : null;
    }
  }
  for (const [name, image] of Object.entries(values)) {
    if (table.column(name)?.type === "Image") Object.assign(derived, imageParts(table, name, image, id, now));
  }
  for (const prefix of ["address1_", "address2_"]) {
    const composite = `${prefix}composite`;
    if (!table.column(composite) || !Object.keys(values).some((name) => name.startsWith(prefix))) continue;
    derived[composite] = compositeAddress((part) => values[prefix + part] ?? before?.[prefix + part]);
  }
  return derived;
}

/** A new state without a status gets its first status, and a new status its state. */
function statusFor(table: Table, values: Readonly<MutableRow>): MutableRow {
  const statuses = table.column("statuscode")?.choices ?? [];
  const { statecode, statuscode } = values;
  if (statecode != null && statuscode === undefined) {
    const status = statuses.find((choice) => choice.state === statecode);
    return status ? { statuscode: status.value } : {};
  }
  if (statuscode != null && statecode === undefined) {
    const state = statuses.find((choice) => choice.value === statuscode)?.state;
    return state === undefined ? {} : { statecode: state };
  }
  return {};
}

/**
 * Joins first and last name, as in Dataverse's default format. A full name that is given alone, as
 * data for a test may have it, is split at its first space.
 */
function fullName(table: Table, values: Readonly<MutableRow>, before: Row | undefined): MutableRow {
  const parts = ["firstname", "lastname"] as const;
  if (!["fullname", ...parts].every((name) => table.column(name))) return {};
  if (parts.every((name) => values[name] === undefined)) {
    if (typeof values["fullname"] !== "string") return {};
    const [first = "", ...last] = values["fullname"].split(" ");
    return { firstname: first || null, lastname: last.join(" ") || null };
  }
  const names = parts.map((name) => (values[name] === undefined ? before?.[name] : values[name]));
  return { fullname: names.filter(Boolean).join(" ") || null };
}

/**
 * Lines are separated by CR LF; city, state and postal code share one, as in the English format.
 */
function compositeAddress(part: (name: string) => Value | undefined): string | null {
  const present = (...names: string[]) => names.map((name) => part(name)).filter((value) => value);
  const [city, ...stateAndCode] = [part("city"), part("stateorprovince"), part("postalcode")];
  const region = stateAndCode.filter(Boolean).join(" ");
  const place = [city, region].filter(Boolean).join(", ");
  const lines = [...present("line1", "line2", "line3"), place, ...present("country")].filter(Boolean);
  return lines.length === 0 ? null : lines.join("\r\n");
}

// Timestamps of images are .NET ticks: 100 nanoseconds since the year 1.
const TICKS_BEFORE_1970 = 621_355_968_000_000_000;

/**
 * Returns an image's own id, its timestamp, and its download URL (Microsoft Learn: "Use image
 * column data").
 */
function imageParts(table: Table, name: string, image: Value | undefined, id: string, now: Date): MutableRow {
  const stamp = image == null ? null : TICKS_BEFORE_1970 + now.getTime() * 10_000;
  const address = `/Image/download.aspx?Entity=${table.logicalName}&Attribute=${name}&Id=${id}&Timestamp=${stamp}`;
  return {
    [`${name}id`]: stamp === null ? null : guidFrom("image", id, name, stamp),
    [`${name}_timestamp`]: stamp,
    [`${name}_url`]: stamp === null ? null : address,
  };
}

function roundedTo(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
