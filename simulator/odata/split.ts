/** Splits at a separator outside of parentheses and strings. */
export function splitTopLevel(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let from = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const character = text[at];
    if (character === "'") quoted = !quoted;
    else if (character === "(" && !quoted) depth += 1;
    else if (character === ")" && !quoted) depth -= 1;
    if (at === text.length || (character === separator && depth === 0 && !quoted)) {
      const part = text.slice(from, at).trim();
      if (part !== "") parts.push(part);
      from = at + 1;
    }
  }
  return parts;
}
