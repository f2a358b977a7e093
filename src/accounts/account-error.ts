import { UserError } from "../lib/user-error.ts";

/** A change of the accounts that was refused. The message says what to do instead. */
export class AccountError extends UserError {
  override readonly name = "AccountError";

  /** @param field the part of the input that is wrong, such as "domains" */
  constructor(sentence: string, field?: string) {
    super("account", sentence, { field });
  }
}
