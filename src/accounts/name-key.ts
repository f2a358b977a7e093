import { createHash } from "node:crypto";
import { isBlank, withoutInvisible } from "../lib/invisible-characters.ts";

/**
 * Maximum length in code points. An index row holds 2,704 bytes, so a longer key is cut and gets a
 * hash.
 */
const MAX_KEY_LENGTH = 300;

const PRINTABLE_ASCII = /^[ -~]*$/;

/**
 * Returns a key that is equal for names that count as the same: without invisible characters, NFC,
 * trimmed, lower case. `String.prototype.trim` removes Unicode white space and line ends at both
 * ends; inner white space counts. SQL must not compute it, because `lower()` depends on the
 * database's locale. The key of a blank name is empty.
 *
 * Keys are stored: whoever changes this adds a migration like `migrations/name-keys.ts` of src/db.
 */
export function nameKey(name: string): string {
  if (isBlank(name)) return "";
  // In this order, because an invisible character can separate a letter from its accent.
  const visible = PRINTABLE_ASCII.test(name) ? name : withoutInvisible(name).normalize("NFC");
  const key = visible.trim().toLowerCase();
  if (key.length <= MAX_KEY_LENGTH) return key;
  const start = Array.from(key).slice(0, MAX_KEY_LENGTH).join("");
  return `${start} ${createHash("sha256").update(key).digest("hex")}`;
}
