export type UserErrorOptions = ErrorOptions & {
  /** What to do, as sentences of their own; they become the end of the message. */
  readonly fix?: string | undefined;
  /** The part of the input that is wrong, such as "domains". */
  readonly field?: string | undefined;
};

/** An error whose message a person reads: what happened, to what, and what to do. It never holds a secret. */
export class UserError<Code extends string = string> extends Error {
  /** What kind of trouble it is, such as "view-not-found": for tables, and for programs. It never changes. */
  readonly code: Code;
  /** What happened, without what to do about it. */
  readonly finding: string;
  /** What to do; undefined where the finding says it. */
  readonly fix: string | undefined;
  readonly field: string | undefined;

  constructor(code: Code, finding: string, { fix, field, ...options }: UserErrorOptions = {}) {
    super(fix === undefined ? finding : `${finding} ${fix}`, options);
    this.code = code;
    this.finding = finding;
    this.fix = fix;
    this.field = field;
  }
}

/** What programs know an error by where it is stored or printed: its code, or its class where the class has one code alone. */
export function errorKind(error: Error): string {
  if (error instanceof UserError)
    return error.code === codeOfClass(error.name) ? error.name : String(error.code);
  return "kind" in error && typeof error.kind === "string" ? error.kind : error.name;
}

/** "LeaseError" → "lease". */
function codeOfClass(name: string): string {
  return name
    .replace(/Error$/, "")
    .replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`)
    .toLowerCase();
}
