import { UserError } from "../lib/user-error.ts";

/** Why somebody was not let in, or not allowed to do something. */
export type AccessErrorCode = "wrong" | "not-allowed" | "not-found" | "expired" | "too-many" | "taken";

/** A refusal of this room; the message says what to do. */
export class AccessError extends UserError<AccessErrorCode> {
  override readonly name: string = "AccessError";

  /** @param field the part of the input it is about */
  constructor(code: AccessErrorCode, sentence: string, field?: string) {
    super(code, sentence, { field });
  }
}
