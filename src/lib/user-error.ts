export type UserErrorOptions = ErrorOptions & {
  /** What to do, in sentences; they end the message. */
  readonly fix?: string | undefined;
  /** The input field the error concerns, such as "domains". */
  readonly field?: string | undefined;
};

/**
 * An error whose message a person reads: what happened, to what, and what to do. It never contains
 * a secret.
 */
export class UserError<Code extends string = string> extends Error {
  /**
   * Identifies the error for lookups and for programs, such as "view-not-found". It never changes.
   */
  readonly code: Code;
  /** What happened, without what to do. */
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

/**
 * The kind by which programs know a stored or printed error: its code, or its class if the class
 * has only one code.
 */
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
