/** Why somebody was not let in, or not allowed to do something. */
export type AccessFault = "wrong" | "not-allowed" | "not-found" | "expired" | "too-many" | "taken";

/** A refusal of this room; the message says what to do. */
export class AccessError extends Error {
  override readonly name = "AccessError";
  readonly fault: AccessFault;
  /** The part of the input it is about. */
  readonly field: string | undefined;

  constructor(fault: AccessFault, sentence: string, field?: string) {
    super(sentence);
    this.fault = fault;
    this.field = field;
  }
}
