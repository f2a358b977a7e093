/** What somebody asked of the store and cannot have; the message says what to do instead. */
export class AccountError extends Error {
  override readonly name = "AccountError";
  /** The part of the input that is wrong, such as "domains". */
  readonly field: string | undefined;

  constructor(sentence: string, field?: string) {
    super(sentence);
    this.field = field;
  }
}
