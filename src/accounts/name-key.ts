import { createHash } from "node:crypto";

/**
 * Maximum length in code points. An index row holds 2,704 bytes, so a longer key is cut and gets a
 * hash.
 */
const MAX_KEY_LENGTH = 300;

/**
 * Returns a key that is equal for names that count as the same: NFC, trimmed, lower case.
 * `String.prototype.trim` removes Unicode white space, line ends and U+FEFF at both ends; inner
 * white space counts. SQL must not compute it, because `lower()` depends on the database's locale.
 * The key of a blank name is empty.
 */
export function nameKey(name: string): string {
  const key = name.normalize("NFC").trim().toLowerCase();
  if (key.length <= MAX_KEY_LENGTH) return key;
  const start = Array.from(key).slice(0, MAX_KEY_LENGTH).join("");
  return `${start} ${createHash("sha256").update(key).digest("hex")}`;
}
