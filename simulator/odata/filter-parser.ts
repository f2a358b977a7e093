// Parses $filter into a tree: `or` binds weakest, then `and`, then `not`, then comparisons (OData
// 4.0 URL conventions 5.1.1.9).
import { badRequest, syntaxError } from "../webapi/odata-error.ts";
import { tokenize, type Token } from "./lexer.ts";

export type Literal =
  | { readonly kind: "string" | "number" | "guid" | "date"; readonly text: string }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "null" };

export type Operand =
  | { readonly kind: "property"; readonly path: string; readonly at: number }
  | { readonly kind: "literal"; readonly literal: Literal };

export type CompareOperator = "eq" | "ne" | "gt" | "ge" | "lt" | "le";

export type FilterNode =
  | { readonly kind: "and" | "or"; readonly left: FilterNode; readonly right: FilterNode }
  | { readonly kind: "not"; readonly operand: FilterNode }
  | {
      readonly kind: "compare";
      readonly operator: CompareOperator;
      readonly left: Operand;
      readonly right: Operand;
    }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Operand[] }
  | {
      readonly kind: "query-function";
      readonly name: string;
      readonly parameters: ReadonlyMap<string, Argument>;
    }
  | { readonly kind: "property"; readonly path: string };

/** A parameter of a Microsoft.Dynamics.CRM function: one literal or a list of them. */
export type Argument = Literal | { readonly kind: "list"; readonly items: readonly Literal[] };

const COMPARISONS: readonly CompareOperator[] = ["eq", "ne", "gt", "ge", "lt", "le"];
const QUERY_FUNCTION = /^Microsoft\.Dynamics\.CRM\.(\w+)$/;
const ENUM_PREFIX = /^Microsoft\.Dynamics\.CRM\.\w+$/;

export function parseFilter(expression: string): FilterNode {
  const parser = new Parser(expression);
  const node = parser.or();
  parser.end();
  return node;
}

class Parser {
  private readonly expression: string;
  private readonly tokens: readonly Token[];
  private at = 0;

  constructor(expression: string) {
    this.expression = expression;
    this.tokens = tokenize(expression);
  }

  or(): FilterNode {
    let left = this.and();
    while (this.takeName("or")) left = { kind: "or", left, right: this.and() };
    return left;
  }

  end(): void {
    if (this.tokens[this.at]) throw this.unexpected();
  }

  private and(): FilterNode {
    let left = this.not();
    while (this.takeName("and")) left = { kind: "and", left, right: this.not() };
    return left;
  }

  private not(): FilterNode {
    return this.takeName("not") ? { kind: "not", operand: this.not() } : this.term();
  }

  private term(): FilterNode {
    if (this.takePunctuation("(")) {
      const inner = this.or();
      this.requirePunctuation(")");
      return inner;
    }
    const call = this.call();
    if (call) return call;
    const left = this.operand();
    const token = this.tokens[this.at];
    const operator = COMPARISONS.find((one) => token?.kind === "name" && token.text === one);
    if (operator) {
      this.at += 1;
      return { kind: "compare", operator, left, right: this.operand() };
    }
    if (left.kind === "property") return { kind: "property", path: left.path };
    throw this.unexpected();
  }

  /** `contains(name,'x')` or `Microsoft.Dynamics.CRM.In(PropertyName='x',PropertyValues=['1'])`. */
  private call(): FilterNode | undefined {
    const [name, open] = [this.tokens[this.at], this.tokens[this.at + 1]];
    if (name?.kind !== "name" || open?.kind !== "punctuation" || open.text !== "(") return undefined;
    this.at += 2;
    const functionName = QUERY_FUNCTION.exec(name.text)?.[1];
    if (functionName !== undefined)
      return { kind: "query-function", name: functionName, parameters: this.parameters() };
    const args: Operand[] = [];
    while (!this.takePunctuation(")")) {
      if (args.length > 0) this.requirePunctuation(",");
      args.push(this.operand());
    }
    return { kind: "call", name: name.text, args };
  }

  private parameters(): Map<string, Argument> {
    const parameters = new Map<string, Argument>();
    while (!this.takePunctuation(")")) {
      if (parameters.size > 0) this.requirePunctuation(",");
      const name = this.tokens[this.at];
      if (name?.kind !== "name") throw this.unexpected();
      this.at += 1;
      this.requirePunctuation("=");
      parameters.set(name.text, this.takePunctuation("[") ? this.list() : this.literal());
    }
    return parameters;
  }

  private list(): Argument {
    const items: Literal[] = [];
    while (!this.takePunctuation("]")) {
      if (items.length > 0) this.requirePunctuation(",");
      items.push(this.literal());
    }
    return { kind: "list", items };
  }

  private operand(): Operand {
    const token = this.tokens[this.at];
    const next = this.tokens[this.at + 1];
    if (token?.kind === "name" && !["true", "false", "null"].includes(token.text)) {
      this.at += 1;
      // The literal of an enumeration is its type and a string:
      // Microsoft.Dynamics.CRM.AttributeTypeCode'Picklist'.
      if (next?.kind === "string" && ENUM_PREFIX.test(token.text)) {
        this.at += 1;
        return { kind: "literal", literal: { kind: "string", text: next.text } };
      }
      return { kind: "property", path: token.text, at: token.at };
    }
    return { kind: "literal", literal: this.literal() };
  }

  private literal(): Literal {
    const token = this.tokens[this.at];
    this.at += 1;
    switch (token?.kind) {
      case "string":
      case "number":
      case "guid":
      case "date":
        return { kind: token.kind, text: token.text };
      case "name":
        if (token.text === "null") return { kind: "null" };
        if (token.text === "true" || token.text === "false") {
          return { kind: "boolean", value: token.text === "true" };
        }
        break;
      case "punctuation":
      case undefined:
        break;
    }
    this.at -= 1;
    throw this.unexpected();
  }

  private takeName(text: string): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== "name" || token.text !== text) return false;
    this.at += 1;
    return true;
  }

  private takePunctuation(text: string): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== "punctuation" || token.text !== text) return false;
    this.at += 1;
    return true;
  }

  private requirePunctuation(text: string): void {
    if (!this.takePunctuation(text)) throw this.unexpected();
  }

  private unexpected(): Error {
    const token = this.tokens[this.at];
    if (!token)
      return badRequest(`Expression expected at position ${this.expression.length} in '${this.expression}'.`);
    return syntaxError(token.at, this.expression);
  }
}
