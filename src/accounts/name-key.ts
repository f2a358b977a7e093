import { createHash } from "node:crypto";

/** Of a longer key only so many characters stand in the index, whose rows hold 2,704 bytes; the rest is told by a hash. */
const MAX_KEY_LENGTH = 300;

/**
 * What makes two account names the same: NFC, trimmed, lower-cased. Trimmed is what `String.prototype.trim` trims: Unicode
 * white space, line ends and U+FEFF at both ends. Inner white space counts. Never computed in SQL, whose `lower()` depends
 * on the database's locale. An empty key is a blank name.
 */
export function nameKey(name: string): string {
  const key = name.normalize("NFC").trim().toLowerCase();
  if (key.length <= MAX_KEY_LENGTH) return key;
  const start = Array.from(key).slice(0, MAX_KEY_LENGTH).join("");
  return `${start} ${createHash("sha256").update(key).digest("hex")}`;
}
