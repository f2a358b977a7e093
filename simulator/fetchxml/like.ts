// Compiles LIKE patterns: % is any text, _ one character, [abc] [a-z] [^a] one of a set; case and
// accents are ignored. Learn: "Wildcard characters in conditions using string values".

import { foldPattern } from "./collation.ts";

/** Returns a test of a stored text (unfolded) against a pattern. */
export function likeTest(pattern: string): (text: string) => boolean {
  const expression = new RegExp(`^${regexSource(foldPattern(pattern))}$`, "su");
  return (text) => expression.test(foldPattern(text));
}

function regexSource(pattern: string): string {
  let source = "";
  // Iterates by code point: a character outside the basic plane is one character to `_` and to a set.
  const characters = Array.from(pattern);
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? "";
    const close = character === "[" ? characters.indexOf("]", at + 2) : -1;
    if (character === "%") source += ".*";
    else if (character === "_") source += ".";
    else if (close > 0) {
      source += characterClass(characters.slice(at + 1, close));
      at = close;
    } else source += character.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
  }
  return source;
}

function characterClass(members: readonly string[]): string {
  const negated = members[0] === "^" && members.length > 1;
  const list = negated ? members.slice(1) : members;
  let source = "";
  for (let at = 0; at < list.length; at += 1) {
    const first = list[at] ?? "";
    const last = list[at + 2];
    if (list[at + 1] === "-" && last !== undefined) {
      // A descending range matches nothing in SQL Server; in a regular expression it would not compile.
      if (first <= last) source += `${escapeMember(first)}-${escapeMember(last)}`;
      at += 2;
    } else source += escapeMember(first);
  }
  if (source === "") return negated ? "." : "(?!)";
  return `[${negated ? "^" : ""}${source}]`;
}

function escapeMember(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/-]/, "\\$&");
}
