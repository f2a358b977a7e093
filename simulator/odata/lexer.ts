// Words of a $filter or $orderby expression (OData 4.0 ABNF, the part Dataverse takes).
import { syntaxError } from "../webapi/odata-error.ts";

export type Token = { readonly at: number } & (
  | { readonly kind: "name"; readonly text: string }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "guid"; readonly text: string }
  | { readonly kind: "date"; readonly text: string }
  | { readonly kind: "mark"; readonly text: "(" | ")" | "," | "=" | "[" | "]" | ":" }
);

// Order matters: a guid may begin with digits, a date is digits and dashes, a number is what remains.
const PATTERNS: readonly (readonly [Exclude<Token["kind"], "mark" | "string">, RegExp])[] = [
  ["guid", /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/iy],
  ["date", /\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?/iy],
  ["number", /-?\d+(\.\d+)?(e[+-]?\d+)?/iy],
  ["name", /[\p{L}_@$][\p{L}\p{N}_.$]*(\/[\p{L}_$][\p{L}\p{N}_.$]*)*/uy],
];
const STRING = /'((?:[^']|'')*)'/y;

/** Throws Dataverse's syntax error at the first character that belongs to no word. */
export function tokens(expression: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  while (at < expression.length) {
    const character = expression[at] ?? "";
    if (/\s/.test(character)) {
      at += 1;
      continue;
    }
    const token = markAt(character, at) ?? stringAt(expression, at) ?? wordAt(expression, at);
    if (!token) throw syntaxError(at, expression);
    found.push(token.token);
    at = token.end;
  }
  return found;
}

interface Found {
  readonly token: Token;
  readonly end: number;
}

function markAt(character: string, at: number): Found | undefined {
  switch (character) {
    case "(":
    case ")":
    case ",":
    case "=":
    case "[":
    case "]":
    case ":":
      return { token: { kind: "mark", text: character, at }, end: at + 1 };
    default:
      return undefined;
  }
}

function stringAt(expression: string, at: number): Found | undefined {
  STRING.lastIndex = at;
  const match = STRING.exec(expression);
  if (!match) return undefined;
  return {
    token: { kind: "string", text: (match[1] ?? "").replaceAll("''", "'"), at },
    end: STRING.lastIndex,
  };
}

function wordAt(expression: string, at: number): Found | undefined {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const match = pattern.exec(expression);
    if (match) return { token: { kind, text: match[0], at }, end: pattern.lastIndex };
  }
  return undefined;
}
