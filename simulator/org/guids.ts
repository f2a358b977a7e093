// Generates ids from a seed, so that the same organisation has the same ids in every process, and
// compares them as SQL Server does.
import { hash } from "node:crypto";

const GUID = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i;

/**
 * Returns a guid that depends on the parts alone, in lower case, with version and variant bits of
 * a random one.
 */
export function guidFrom(...parts: readonly (string | number)[]): string {
  const hex = hash("sha1", parts.join("\u0000"));
  const variant = "89ab"[parseInt(hex[16] ?? "0", 16) & 3] ?? "8";
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Returns the guid in lower case without braces, or undefined for other text. */
export function parseGuid(text: string): string | undefined {
  return GUID.exec(text.trim())?.[1]?.toLowerCase();
}

// SQL Server compares a uniqueidentifier by bytes 10–15, 8–9, 6–7, 4–5, 0–3 (see
// System.Data.SqlTypes.SqlGuid). The first three groups of the text are little-endian in those
// bytes, so their byte pairs are read backwards.
const PAIR_STARTS = [24, 26, 28, 30, 32, 34, 19, 21, 16, 14, 11, 9, 6, 4, 2, 0];

/**
 * Returns a negative number, zero or a positive one in SQL Server's order. Both must be in lower
 * case.
 */
export function compareGuids(a: string, b: string): number {
  for (const start of PAIR_STARTS) {
    const high = a.charCodeAt(start) - b.charCodeAt(start);
    if (high !== 0) return high;
    const low = a.charCodeAt(start + 1) - b.charCodeAt(start + 1);
    if (low !== 0) return low;
  }
  return 0;
}
