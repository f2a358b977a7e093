import { UserError } from "../lib/user-error.ts";

/** Why access was denied. */
export type AccessErrorCode = "wrong" | "not-allowed" | "not-found" | "expired" | "too-many" | "taken";

/** Access was denied; the message says why and what to do. */
export class AccessError extends UserError<AccessErrorCode> {
  override readonly name: string = "AccessError";

  /** @param field the input field the error concerns */
  constructor(code: AccessErrorCode, sentence: string, field?: string) {
    super(code, sentence, { field });
  }
}
