// What stands in the way of connecting, as sentences for the admin who tries.

export type ConnectionErrorKind =
  | "not-connected"
  | "set-up-in-file"
  | "no-application"
  | "other-application"
  | "not-administrator"
  | "missing-privileges"
  | "tenant"
  | "sign-in-unknown"
  | "sign-in-used"
  | "sign-in-expired"
  | "replaced"
  | "busy";

export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  readonly kind: ConnectionErrorKind;
  /** The part of the input it is about. */
  readonly field: string | undefined;

  constructor(kind: ConnectionErrorKind, sentence: string, options: ErrorOptions & { field?: string } = {}) {
    super(sentence, options);
    this.kind = kind;
    this.field = options.field;
  }
}
