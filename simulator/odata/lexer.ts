// Splits a $filter expression into tokens (OData 4.0 ABNF, the part that Dataverse accepts).
import { syntaxError } from "../webapi/odata-error.ts";

export type Token = { readonly at: number } & (
  | { readonly kind: "name"; readonly text: string }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "guid"; readonly text: string }
  | { readonly kind: "date"; readonly text: string }
  | { readonly kind: "punctuation"; readonly text: "(" | ")" | "," | "=" | "[" | "]" | ":" }
);

// The order matters: a guid may start with digits, a date is digits and dashes, a number is what
// remains.
const PATTERNS: readonly (readonly [Exclude<Token["kind"], "punctuation" | "string">, RegExp])[] = [
  ["guid", /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/iy],
  ["date", /\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?/iy],
  ["number", /-?\d+(\.\d+)?(e[+-]?\d+)?/iy],
  ["name", /[\p{L}_@$][\p{L}\p{N}_.$]*(\/[\p{L}_$][\p{L}\p{N}_.$]*)*/uy],
];
const STRING = /'((?:[^']|'')*)'/y;

/** @throws Dataverse's syntax error at the first character that starts no token */
export function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < expression.length) {
    const character = expression[at] ?? "";
    if (/\s/.test(character)) {
      at += 1;
      continue;
    }
    const match = punctuationAt(character, at) ?? stringAt(expression, at) ?? tokenAt(expression, at);
    if (!match) throw syntaxError(at, expression);
    tokens.push(match.token);
    at = match.end;
  }
  return tokens;
}

interface TokenMatch {
  readonly token: Token;
  readonly end: number;
}

function punctuationAt(character: string, at: number): TokenMatch | undefined {
  switch (character) {
    case "(":
    case ")":
    case ",":
    case "=":
    case "[":
    case "]":
    case ":":
      return { token: { kind: "punctuation", text: character, at }, end: at + 1 };
    default:
      return undefined;
  }
}

function stringAt(expression: string, at: number): TokenMatch | undefined {
  STRING.lastIndex = at;
  const match = STRING.exec(expression);
  if (!match) return undefined;
  return {
    token: { kind: "string", text: (match[1] ?? "").replaceAll("''", "'"), at },
    end: STRING.lastIndex,
  };
}

function tokenAt(expression: string, at: number): TokenMatch | undefined {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const match = pattern.exec(expression);
    if (match) return { token: { kind, text: match[0], at }, end: pattern.lastIndex };
  }
  return undefined;
}
