// Numbers that a double may not hold keep their literal: in the columns that are asked for, it is
// put in quotes before the body is parsed, because a reviver of JSON.parse is not shown literals in
// Node 20. A column costs a quarter of what parsing does, a page without one nothing.

/** Every decimal number of so many digits has a double of its own, with the same shortest text. */
const EXACT_DIGITS = 15;

/** What follows the name of a column whose number a double may not hold. */
const LONG_NUMBER = /\s*:\s*(?<literal>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\d.eE+-])/y;
/** Most numbers are short, or have a fraction of zeros; this finds them faster. */
const EXACT_NUMBER = new RegExp(String.raw`:(?:null|-?\d{1,${EXACT_DIGITS}}(?:\.0*)?)[,}]`, "y");

/** An escaped letter, digit or underscore, which no server writes but which may stand in a name. */
const ESCAPED_NAME = /\\u00[3-7][0-9a-f]/i;

/**
 * Puts quotes around the numbers of these columns that a double may not hold.
 * @param columns names of letters, digits and underscores, as all columns have
 */
export function quoteLongNumbers(json: string, columns: readonly string[]): string {
  const text = ESCAPED_NAME.test(json) ? unescapeNames(json) : json;
  const literals = columns.flatMap((name) => longNumbers(text, `"${name}"`));
  let quoted = "";
  let end = 0;
  for (const { at, literal } of literals.toSorted((a, b) => a.at - b.at)) {
    quoted += `${text.slice(end, at)}"${literal}"`;
    end = at + literal.length;
  }
  return quoted + text.slice(end);
}

/** Unescapes the characters of a string that are its own name, so that JSON stays the same. */
function unescapeNames(json: string): string {
  return json.replaceAll(/\\(?:u00([3-7][0-9a-fA-F])|.)/gs, (escape, code?: string) => {
    const character = code === undefined ? "" : String.fromCharCode(Number.parseInt(code, 16));
    return /\w/.test(character) ? character : escape;
  });
}

type LongNumber = { readonly at: number; readonly literal: string };

/** Quotes inside a JSON string are escaped, so a quoted name before a colon can only be a key. */
function longNumbers(json: string, name: string): LongNumber[] {
  const found: LongNumber[] = [];
  for (let at = json.indexOf(name); at >= 0; at = json.indexOf(name, at + name.length)) {
    EXACT_NUMBER.lastIndex = at + name.length;
    if (EXACT_NUMBER.test(json) || json[at - 1] === "\\") continue;
    LONG_NUMBER.lastIndex = at + name.length;
    const literal = LONG_NUMBER.exec(json)?.groups?.["literal"];
    if (literal !== undefined && !isExact(literal))
      found.push({ at: LONG_NUMBER.lastIndex - literal.length, literal });
  }
  return found;
}

function isExact(literal: string): boolean {
  const match = /^-?(\d+)(?:\.(\d*?)0*)?$/.exec(literal);
  return match !== null && (match[1] ?? "").length + (match[2] ?? "").length <= EXACT_DIGITS;
}
