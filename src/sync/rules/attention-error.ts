import { UserError } from "../../lib/user-error.ts";

/** Something that an admin must choose anew; nothing is written until then. */
export class AttentionError extends UserError<"view-not-found" | "mapping"> {
  override readonly name = "AttentionError";
}
