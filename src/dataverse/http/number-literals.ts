// Numbers that a double may not hold keep their literal: in the columns that are asked for, it is
// put in quotes before the body is parsed, because a reviver of JSON.parse is not shown literals in
// Node 20.

/** Every decimal number of so many digits has a double of its own, with the same shortest text. */
const EXACT_DIGITS = 15;

/** Finds each number of these columns, with its key. */
export type NumberPattern = RegExp;

/** @param columns names of letters, digits and underscores, as all columns have */
export function numberPattern(columns: readonly string[]): NumberPattern | undefined {
  if (columns.length === 0) return undefined;
  const names = columns.map((name) => name.replaceAll(/./g, possiblyEscaped)).join("|");
  // Quotes inside a JSON string are escaped, so a quoted name before a colon can only be a key.
  return new RegExp(
    String.raw`(?<!\\)("(?:${names})"\s*:\s*)(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\d.eE+-])`,
    "g",
  );
}

/** Matches a character of a JSON string, which may be written as \u and its code. */
function possiblyEscaped(character: string): string {
  const code = character
    .charCodeAt(0)
    .toString(16)
    .replaceAll(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
  return String.raw`(?:${character}|\\u00${code})`;
}

/** Puts quotes around the numbers that a double may not hold. */
export function quoteLongNumbers(json: string, pattern: NumberPattern): string {
  return json.replace(pattern, (pair, key: string, literal: string) =>
    isExact(literal) ? pair : `${key}"${literal}"`,
  );
}

function isExact(literal: string): boolean {
  if (literal.length <= EXACT_DIGITS) return !/[eE]/.test(literal);
  const match = /^-?(\d+)(?:\.(\d*?)0*)?$/.exec(literal);
  return match !== null && (match[1] ?? "").length + (match[2] ?? "").length <= EXACT_DIGITS;
}
