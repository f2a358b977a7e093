// Decimal numbers as text, in one canonical form: no exponent, no zeros at the end of the fraction,
// no "+" and no "-0". A number comes as JSON.parse has it or, if a double may not hold it, as its
// literal.

/** JSON's grammar of a number. */
const LITERAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** A double has at most 309 digits before the point; a longer text is no amount of anything. */
const MAX_DIGITS = 400;

/** Whether a raw value is a number: one of JSON.parse, or a literal. */
export function isNumber(raw: unknown): raw is number | string {
  return typeof raw === "number" || (typeof raw === "string" && LITERAL.test(raw));
}

/** Whether the double of a number is not what its literal says. */
export function isRounded(raw: number | string): boolean {
  return typeof raw === "string" && canonicalDecimal(Number(raw)) !== canonicalDecimal(raw);
}

/** Returns undefined for what is no number, and for one of more than 400 digits. */
export function canonicalDecimal(number: string | number): string | undefined {
  const literal = String(number);
  if (typeof number === "number" && !literal.includes("e"))
    return Number.isFinite(number) ? literal : undefined;
  const match = LITERAL.exec(literal);
  if (!match) return undefined;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0";
  /** Digits before the point; not positive, if zeros follow the point. */
  const point = digits.length - fraction.length + Number(exponent);
  if (Math.max(point, 1) + Math.max(significant.length - point, 0) > MAX_DIGITS) return undefined;
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${significant}`;
  if (point >= significant.length) return sign + significant.padEnd(point, "0");
  return `${sign}${significant.slice(0, point)}.${significant.slice(point)}`;
}
