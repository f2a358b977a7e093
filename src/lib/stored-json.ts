import type { z } from "zod";
import { UserError } from "./user-error.ts";

/**
 * The JSON in a column does not match this version's schema: it was edited, or another version
 * wrote it.
 */
class StoredJsonError extends UserError {
  override readonly name = "StoredJsonError";

  constructor(what: string, fix: string, { issues }: z.ZodError) {
    const paths = issues.map(({ path }) => path.map(String).join(".")).filter((place) => place !== "");
    super(
      "stored-json",
      `${what} are not as this version stores them (${paths.join(", ") || "as a whole"}).`,
      {
        fix,
      },
    );
  }
}

/**
 * Parses JSON that was stored. The error says that `what` cannot be read, such as "The settings of
 * run 7", and how to `fix` that, as a sentence.
 * @throws StoredJsonError
 */
export function parseStored<S extends z.ZodType>(
  schema: S,
  stored: unknown,
  { what, fix }: { readonly what: string; readonly fix: string },
): z.output<S> {
  const { data, error } = schema.safeParse(stored);
  if (error) throw new StoredJsonError(what, fix, error);
  return data;
}
