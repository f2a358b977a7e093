// The error of a run that fails until an admin changes a setting.
import { UserError } from "../../lib/user-error.ts";

/** A setting that an admin must choose again; nothing is written until then. */
export class AttentionError extends UserError<"view-not-found" | "mapping"> {
  override readonly name = "AttentionError";
}
