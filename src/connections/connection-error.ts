// Errors of connecting to Dynamics 365, as sentences for the admin who tries.
import { UserError } from "../lib/user-error.ts";

export type ConnectionErrorCode =
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

export class ConnectionError extends UserError<ConnectionErrorCode> {
  override readonly name = "ConnectionError";
}
